// Asks the server for its time: one request, one reply, and how long that took.
import { useState } from 'react';
import { useSocket } from '../live/socket.js';
import { exactTime, seconds } from './line-words.js';

type Answer =
  | { readonly state: 'none' | 'asking' }
  | { readonly state: 'told'; readonly now: number; readonly upForMs: number; readonly tookMs: number }
  | { readonly state: 'failed'; readonly why: string };

export function ClockSection() {
  const { request } = useSocket();
  const [answer, setAnswer] = useState<Answer>({ state: 'none' });

  async function ask() {
    const askedAt = performance.now();
    setAnswer({ state: 'asking' });
    try {
      const reply = await request('clock');
      setAnswer({ state: 'told', ...reply, tookMs: performance.now() - askedAt });
    } catch (error) {
      setAnswer({ state: 'failed', why: error instanceof Error ? error.message : String(error) });
    }
  }

  return (
    <section aria-labelledby="clock-title">
      <h2 id="clock-title">Server time</h2>
      <div className="clock">
        <button type="button" className="button" onClick={() => void ask()}>
          Ask the server
        </button>
        <p role="status">
          {answer.state === 'asking' && 'Asking …'}
          {answer.state === 'failed' && `No answer. ${answer.why}`}
          {answer.state === 'told' && (
            <>
              <output className="time">{exactTime(answer.now)}</output>
              <small>
                answered in {Math.max(1, Math.round(answer.tookMs))} ms, up for {seconds(answer.upForMs)}
              </small>
            </>
          )}
        </p>
      </div>
    </section>
  );
}
