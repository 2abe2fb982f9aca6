// The lines of the server's log, read from a stream.
import { useEffect } from 'react';
import { passFocusOn } from '../chat/pass-focus-on.js';
import { useStatus, useStream } from '../live/socket.js';
import { logTime } from './line-words.js';

export function LogLines({ labelledBy }: { readonly labelledBy: string }) {
  const { items, done, error, restart } = useStream('log', undefined, { maxItems: 60 });
  const status = useStatus();
  // a stream continues after a lost connection; if the session is lost too, it ends and is started again here
  const isLost = error?.code === 'unknown_outcome';
  const returned = isLost && status.name === 'connected';
  useEffect(() => {
    if (returned) restart();
  }, [returned, restart]);

  return (
    <div className="log-lines" role="region" aria-labelledby={labelledBy} tabIndex={0}>
      <ol>
        {items.map((line) => (
          <li key={line.id}>
            <time dateTime={new Date(line.at).toISOString()}>{logTime(line.at)}</time> {line.text}
          </li>
        ))}
      </ol>
      {done && !isLost && (
        <p className="hint">
          The log broke off.{' '}
          <button ref={passFocusOn} type="button" className="link" onClick={restart}>
            Follow it again
          </button>
        </p>
      )}
    </div>
  );
}
