// Requests the server's time, and shows how long the answer took.
import { useState } from 'react';
import { safe } from '@wirepact/client';
import { describeError } from '../live/describe-error.js';
import { useRequest } from '../live/socket.js';
import { exactTime, seconds } from './line-words.js';

export function ClockSection() {
  const { data, error, pending, run } = useRequest('clock');
  const [tookMs, setTookMs] = useState(0);

  async function ask() {
    const askedAt = performance.now();
    await safe(run());
    setTookMs(Math.max(1, Math.round(performance.now() - askedAt)));
  }

  return (
    <section aria-labelledby="clock-title">
      <h2 id="clock-title">Server time</h2>
      <div className="clock">
        <button type="button" className="button" onClick={() => void ask()}>
          Ask the server
        </button>
        <p role="status">
          {pending && 'Asking …'}
          {error && `No answer. ${describeError(error)}`}
          {data && !pending && !error && (
            <>
              <span className="time">{exactTime(data.now)}</span>
              <small>
                answered in {tookMs} ms, up for {seconds(data.upForMs)}
              </small>
            </>
          )}
        </p>
      </div>
    </section>
  );
}
