// The state of the connection, the button that cuts it, and the last few times that it was lost.
import { useLatest, useStatus } from '../live/socket.js';
import { Countdown } from './countdown.js';
import { describeEnd, describeLoss, describeStatus, exactTime } from './line-words.js';
import type { Outage } from './outages.js';
import { useCut } from './use-cut.js';
import { useOutages } from './use-outages.js';

export function LineSection() {
  const status = useStatus();
  const { isCut, cut, mend } = useCut();
  const outages = useOutages();
  const announcement = useLatest('output');
  const server = useLatest('served');
  const connected = status.name === 'connected';
  return (
    <section aria-labelledby="line-title">
      <h2 id="line-title">The line</h2>
      <p className="line-state" data-state={status.name}>
        <span className="dot" aria-hidden="true" />
        <span>
          {describeStatus(status, outages)}
          {connected && (
            <small>
              since {exactTime(status.since)}
              {server && `, to ${server.by}`}
            </small>
          )}
          {status.name === 'reconnecting' && (
            <small>
              <Countdown attempt={status.attempt} until={status.nextAttemptAt} />
            </small>
          )}
        </span>
      </p>
      {announcement !== undefined && <p className="announcement">“{announcement}”</p>}
      <button
        type="button"
        className="button cut"
        disabled={!connected && !isCut}
        onClick={isCut ? mend : cut}
      >
        <span aria-hidden="true">{isCut ? '∞' : '✂'}</span> {isCut ? 'Mend the line' : 'Cut the line'}
      </button>
      {outages.length > 0 && (
        <ol className="outages" aria-label="What happened to the line">
          {outages.map((outage) => (
            <OutageRow key={outage.id} outage={outage} />
          ))}
        </ol>
      )}
    </section>
  );
}

function OutageRow({ outage }: { readonly outage: Outage }) {
  const { lostAt, reason, end } = outage;
  return (
    <li>
      <time dateTime={new Date(lostAt).toISOString()}>{exactTime(lostAt)}</time>
      <span>
        {describeLoss(reason)} {describeEnd(outage)}
        {end?.gap !== undefined && <strong> There is a gap.</strong>}
      </span>
    </li>
  );
}
