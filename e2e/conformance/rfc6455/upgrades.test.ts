// What the server makes of handshakes, through the whole server: nobody is a client whom it has refused.
import { describe, expect, test } from 'vitest';
import { startEchoServer } from './echo-server.js';
import { opcodes } from './frame.js';
import { handshakeAccept, RawClient } from './raw-client.js';
import { upgrades } from './upgrades.js';

test('there are forty ways to ask', () => expect(upgrades).toHaveLength(40));

describe('a handshake', () => {
  test.each(upgrades)('with $title gets $statuses', async ({ pieces, statuses, then }) => {
    const { url, ended, untilEmpty } = await startEchoServer();
    const { head, client } = await RawClient.attempt(url, pieces);
    const status = Number(head.split(' ')[1]);
    expect(statuses, head).toContain(status);
    expect(head.includes(handshakeAccept)).toBe(status === 101);
    expect(head.toLowerCase()).not.toMatch(/sec-websocket-(protocol|extensions)/);
    if (then === 'pong') {
      await client.until(() => client.answers.length > 0);
      expect(client.answers).toMatchObject([{ opcode: opcodes.pong }]);
    } else if (then !== undefined) {
      await client.until(() => false);
      expect(client.closeFrame?.readUInt16BE()).toBe(then);
    }
    client.destroy();
    // whatever it was, the next one is served
    (await RawClient.open(url)).destroy();
    await untilEmpty();
    expect(ended).toHaveLength(status === 101 ? 2 : 1);
  });
});
