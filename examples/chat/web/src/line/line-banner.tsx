// Says above the conversation that the line is away, why, and when the next attempt is.
import { useStatus } from '../live/socket.js';
import { Countdown } from './countdown.js';
import { describeLoss } from './line-words.js';
import { useOutages } from './use-outages.js';

export function LineBanner() {
  const status = useStatus();
  const [newest] = useOutages();
  const away = status.name === 'reconnecting';
  return (
    <div className="line-banner" data-away={away}>
      <p role="status">
        {away ? `${describeLoss(newest?.reason ?? status.reason)} Calling the server again.` : ''}
      </p>
      {away && (
        <p className="line-banner-detail">
          <Countdown attempt={status.attempt} until={status.nextAttemptAt} />
        </p>
      )}
    </div>
  );
}
