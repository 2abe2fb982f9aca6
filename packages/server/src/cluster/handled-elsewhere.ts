// The messages of a session that are still being handled in processes that its client has left: which process handles them, and
// what happens to them here if nothing is heard of it any more.
import type { Frame } from '@wirepact/core/internal';
import { receive } from '../routing/dispatch.js';
import type { Session } from '../session/session.js';

/** A message, and the process that handles it. */
export type HandledBy = readonly [number: number, processId: string];

/** What this process and others are still handling of a session: what the next one has to wait for. */
export function stillHandled({ calls, shared }: Session, processId: string): readonly HandledBy[] {
  const handled: HandledBy[] = [];
  for (const { channel, number } of calls) {
    if (channel?.stream === undefined && number !== undefined) handled.push([number, processId]);
  }
  for (const [number, by] of shared?.elsewhere ?? []) handled.push([number, by.processId]);
  return handled;
}

/**
 * It will not be heard what became of a message: it is handled here, once it has come, if its client is here. A process that its
 * client has left goes on awaiting it, or would take it for done when it is asked.
 */
export function handleHere(session: Session, number: number): void {
  const { shared } = session;
  const frame: Frame | undefined = shared?.elsewhere.get(number)?.frame;
  if (!session.isHere || session.isLetGo || shared?.elsewhere.delete(number) !== true) return;
  shared.unhandled.add(number);
  if (frame !== undefined) receive(session, frame);
}
