// Messages for tests of the code that keeps and sends them.
import type { OutgoingMessage } from './outgoing-message.js';

/** A message that needs no contract. */
export function createOutgoingOf(data: unknown, given: Partial<OutgoingMessage> = {}): OutgoingMessage {
  const path = 'said';
  return {
    path,
    json: JSON.stringify(data),
    room: undefined,
    delivery: 'reliable',
    slot: path,
    text: () => JSON.stringify({ path, data }),
    plainFrame: () => JSON.stringify({ path, data }),
    frame: (head) => JSON.stringify({ path, data, ...head }),
    ...given,
  };
}
