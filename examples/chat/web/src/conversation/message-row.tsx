// One message, and its state if the user wrote it.
import { clockTime } from '../line/line-words.js';
import { Bird } from '../people/bird.js';
import { hueStyle } from '../people/hue.js';
import type { Said } from './conversation.js';
import type { Delay } from './delays.js';
import { DeliveryMark } from './delivery-mark.js';

export interface MessageRowProps {
  readonly said: Said;
  readonly delay: Delay | undefined;
  readonly own: boolean;
  /** Whether the message before is by the same person. */
  readonly continues: boolean;
  /** Whether the message after is by the same person. */
  readonly continued: boolean;
  readonly onRetry: (key: string, text: string) => void;
}

export function MessageRow({ said, delay, own, continues, continued, onRetry }: MessageRowProps) {
  const isFootless = continued && delay === undefined && said.delivery.state === 'sent';
  return (
    <li
      className="message"
      data-own={own}
      data-delay={delay}
      data-continues={continues}
      style={hueStyle(said.from.id)}
    >
      {!own && !continued && <Bird id={said.from.id} />}
      <p className={own || continues ? 'visually-hidden' : 'message-from'}>{own ? 'You' : said.from.name}</p>
      <p className="message-text">{said.text}</p>
      <p className={isFootless ? 'visually-hidden' : 'message-foot'}>
        <time dateTime={new Date(said.at).toISOString()}>{clockTime(said.at)}</time>
        {delay === 'came' && <span className="delay">while you were away</span>}
        {own && (
          <DeliveryMark
            delivery={said.delivery}
            kept={delay === 'kept'}
            onRetry={() => onRetry(said.key, said.text)}
          />
        )}
      </p>
    </li>
  );
}
