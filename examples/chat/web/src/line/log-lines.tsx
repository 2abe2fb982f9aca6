// The lines of the server's log that came while this was on the page.
import { useEffect } from 'react';
import { useStatus, useStream } from '../live/socket.js';
import { logTime } from './line-words.js';

export function LogLines({ labelledBy }: { readonly labelledBy: string }) {
  const { items, done, restart } = useStream('log', undefined, { maxItems: 60 });
  const status = useStatus();
  const broken = done && status.name === 'connected';
  // a stream goes on where the line broke; only with its session it ends, and begins again with the last lines
  useEffect(() => {
    if (broken) restart();
  }, [broken, restart]);

  return (
    <div className="log-lines" role="region" aria-labelledby={labelledBy} tabIndex={0}>
      <ol>
        {items.map((line) => (
          <li key={line.id}>
            <time dateTime={new Date(line.at).toISOString()}>{logTime(line.at)}</time> {line.text}
          </li>
        ))}
      </ol>
    </div>
  );
}
