// The server's log, with a switch: the stream runs only while the log is followed.
import { useId, useState } from 'react';
import { LogLines } from './log-lines.js';

export function LogSection() {
  const [following, setFollowing] = useState(true);
  const titleId = useId();
  return (
    <section aria-labelledby={titleId} className="log-section">
      <header>
        <h2 id={titleId}>Server log</h2>
        <button
          type="button"
          role="switch"
          aria-checked={following}
          className="switch"
          onClick={() => setFollowing(!following)}
        >
          <span className="switch-track" aria-hidden="true" />
          Follow
        </button>
      </header>
      {following ? <LogLines labelledBy={titleId} /> : <p className="hint">Not followed.</p>}
    </section>
  );
}
