// The lines of the server's log that came while this was on the page.
import { useEffect } from 'react';
import { useStatus, useStream } from '../live/socket.js';
import { logTime } from './line-words.js';

export function LogLines({ labelledBy }: { readonly labelledBy: string }) {
  const { items, done, error, restart } = useStream('log', undefined, { maxItems: 60 });
  const status = useStatus();
  // a stream goes on where the line broke; with its session it is lost, and begins again with the last lines
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
          <button type="button" className="link" onClick={restart}>
            Follow it again
          </button>
        </p>
      )}
    </div>
  );
}
