// What processes say to each other beside messages: nothing of it is kept, and whoever is away does not hear it.
import { closeCodes } from '@wirepact/core/internal';
import type { Hub } from './hub.js';

/** What one process says to all that follow a log. */
export type Notice = {
  readonly kind: 'disconnect';
  readonly userId: string;
  readonly reason: string;
  readonly code: number;
};

/** Does what another process, or this one, asks of all. What is no notice is passed over. */
export function hearNotice(hub: Hub, text: string): void {
  const notice = readNotice(text);
  if (notice.kind === 'disconnect') disconnectUser(hub, notice);
}

function disconnectUser(hub: Hub, { userId, reason = '', code = closeCodes.normal }: Partial<Notice>): void {
  if (typeof userId !== 'string') return;
  for (const { socket } of hub.roster.ofUser(userId)) socket.disconnect(reason, code);
}

function readNotice(text: string): Partial<Notice> {
  try {
    return JSON.parse(text) as Partial<Notice>;
  } catch {
    return {};
  }
}
