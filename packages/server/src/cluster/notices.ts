// What processes tell each other besides messages. None of it is stored, so a process that is away does not hear it.
import type { Hub } from '../hub.js';
import { isOwnCode } from '../connection/own-codes.js';
import { isJson, parseJson, toRecord } from '../read-json.js';
import { disconnectUser, type Logout } from '../session/logouts.js';
import type { MemberNotice } from './shared-members.js';

/** The clients of a user are to be disconnected. */
export interface DisconnectNotice extends Logout {
  readonly kind: 'disconnect';
}

type Unchecked = Readonly<Record<string, unknown>>;

/** Does what another process, or this one, asks of all. What is no notice is passed over. */
export function hearNotice(hub: Hub, text: string): void {
  const notice = toRecord(parseJson(text));
  if (isDisconnect(notice)) disconnectUser(hub, notice);
  else if (isMember(notice)) hub.cluster?.members.hear(notice);
}

function isDisconnect(notice: Unchecked): notice is Unchecked & DisconnectNotice {
  const { kind, userId, reason, code, before } = notice;
  const isWhole = typeof userId === 'string' && typeof reason === 'string' && isOwnCode(code);
  return kind === 'disconnect' && isWhole && (before === undefined || Number.isFinite(before));
}

/** What is known of a member becomes a part of a frame as it is. */
function isMember(notice: Unchecked): notice is Unchecked & MemberNotice {
  const { kind, room, id, info, from } = notice;
  const isFrom = from === undefined || typeof from === 'string';
  const isWhole = typeof room === 'string' && typeof id === 'string' && isFrom;
  return kind === 'member' && isWhole && (info === undefined || isJson(info));
}
