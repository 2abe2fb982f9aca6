// What could not be recovered, as an application is told.
import type { Cursor, GapCause, ProtocolData } from '@wirepact/core/internal';
import { inbox } from './logs.js';

/** Messages that were sent and will not come. */
export interface Gap {
  /** Where they are missing: in a room, in what was sent to everyone, or in what was sent to this client alone. */
  readonly stream: 'room' | 'everyone' | 'inbox';
  /** The room, where it is one. */
  readonly room?: string;
  /** Why they are. `epoch`: the server was started anew; `trimmed`: it keeps no more; `lost`: the session was given up; `denied`: the room may not be read any more; `lagged`: the client read too slowly; `fork`: the log lost its end. */
  readonly why: GapCause;
  /** The position of the last message that came: the log's epoch, and a number in it; `['', 0]` where none is known. */
  readonly from: Cursor;
  /** The position after which messages come again; absent where the client is not in the room any more. */
  readonly to?: Cursor;
}

export function toGap({ room, ...gap }: ProtocolData['$gap']): Gap {
  if (room === '*') return { stream: 'everyone', ...gap };
  if (room === inbox) return { stream: 'inbox', ...gap };
  return { stream: 'room', room, ...gap };
}
