// A banner above the conversation while the connection is lost: why, when the next attempt is, and how long the server
// keeps the session.
import { passFocusOn } from '../chat/pass-focus-on.js';
import { useLatest, useStatus } from '../live/socket.js';
import { Countdown } from './countdown.js';
import { describeAway } from './line-words.js';
import { useCut } from './use-cut.js';
import { useNow } from './use-now.js';
import { useOutages } from './use-outages.js';

export function LineBanner() {
  const status = useStatus();
  const outages = useOutages();
  const [newest] = outages;
  const { isCut, mend } = useCut();
  const waitsForMs = useLatest('connected')?.waitsForMs ?? 0;
  const away = status.name === 'reconnecting';
  return (
    <div className="line-banner" data-away={away}>
      <p role="status">{away ? describeAway(outages) : ''}</p>
      {away && (
        <p className="line-banner-detail">
          <Countdown attempt={status.attempt} until={status.nextAttemptAt} />
        </p>
      )}
      {isCut && newest && (
        <p className="line-banner-place">
          <Place until={newest.lostAt + waitsForMs} />{' '}
          <button ref={passFocusOn} type="button" className="link" onClick={mend}>
            Mend it
          </button>
        </p>
      )}
    </div>
  );
}

/**
 * How long the server still keeps the session. Shown only if the user cut the connection: otherwise the server itself
 * may be gone.
 */
function Place({ until }: { readonly until: number }) {
  const leftMs = until - useNow();
  return (
    <span role="timer">
      {leftMs > 0
        ? `The server keeps your place for ${Math.ceil(leftMs / 1_000)}\u00a0s more.`
        : 'The server keeps your place no longer: there will be a gap.'}
    </span>
  );
}
