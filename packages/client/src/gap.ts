// A gap as applications see it: messages that could not be recovered.
import type { Cursor, GapCause, ProtocolData } from '@wirepact/core/internal';
import { inbox } from './logs.js';

/** Messages that were sent to this client and will not arrive. Load the present state again. */
export interface Gap {
  /** Where messages are missing: in a room, in what was sent to everyone, or in what was sent to this client alone. */
  readonly log: 'room' | 'everyone' | 'inbox';
  /** The room, if `log` is `'room'`. */
  readonly room?: string;
  /**
   * Why the messages cannot be recovered.
   * - `'epoch'`: the log was created anew, because the server restarted or Redis lost the log;
   * - `'trimmed'`: the log no longer reaches back that far;
   * - `'lost'`: the session expired or ended;
   * - `'lagged'`: the client read so slowly that the log dropped messages before the client got them;
   * - `'denied'`: the client may not read these messages, or may no longer read the room;
   * - `'fork'`: Redis lost the end of the log, and the log continued from an earlier position.
   */
  readonly why: GapCause;
  /** The position of the last message that arrived, as `[epoch, number]`; `['', 0]` if none is known. */
  readonly from: Cursor;
  /** The position after which messages arrive again; absent if the client is no longer in the room. */
  readonly to?: Cursor;
}

export function toGap({ room, ...gap }: ProtocolData['$gap']): Gap {
  if (room === '*') return { log: 'everyone', ...gap };
  if (room === inbox) return { log: 'inbox', ...gap };
  return { log: 'room', room, ...gap };
}
