// The state of a message: being sent, sent, or failed with a button to try again.
import { passFocusOn } from '../chat/pass-focus-on.js';
import { useStatus } from '../live/socket.js';
import type { Delivery } from './conversation.js';

export interface DeliveryMarkProps {
  readonly delivery: Delivery;
  /** Written while the client was disconnected. */
  readonly kept: boolean;
  readonly onRetry: () => void;
}

export function DeliveryMark({ delivery, kept, onRetry }: DeliveryMarkProps) {
  const status = useStatus();
  if (delivery.state === 'failed') {
    return (
      <span className="delivery" data-state="failed">
        Not sent. {delivery.why}{' '}
        <button ref={passFocusOn} type="button" className="link" onClick={onRetry}>
          Try again
        </button>
      </span>
    );
  }
  if (delivery.state === 'sent') {
    return (
      <span className="delivery" data-state="sent">
        <span aria-hidden="true">✓</span> {kept ? 'Kept, and sent when you were back' : 'Sent'}
      </span>
    );
  }
  return (
    <span className="delivery" data-state="sending">
      {status.name === 'connected' ? 'Sending …' : 'Waiting for the line …'}
    </span>
  );
}
