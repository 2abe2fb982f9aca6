// A client without Wirepact, in the same rooms as all others: it must be shown `path` and `data`, and nothing else.
import { once } from 'node:events';
import { WebSocket } from 'ws';
import type { Message } from './contender.js';
import type { Account } from './ledger.js';
import type { Talker } from './line.js';

/** Connects past the proxies; its own line is never broken. `fail` is told of what it should not have seen. */
export async function openPlainClient(
  port: number,
  { down, up }: Account,
  fail: (what: string) => void,
): Promise<Talker> {
  const socket = new WebSocket(`ws://127.0.0.1:${port}/`);
  socket.on('message', (bytes: Buffer) => {
    const text = bytes.toString();
    const frame = JSON.parse(text) as { path: string; data: Message };
    if (Object.keys(frame).sort().join() === 'data,path' && frame.path === 'message') {
      down[frame.data.stream].received(frame.data);
    } else fail(`a plain client was shown ${text}`);
  });
  await once(socket, 'open');
  return {
    send() {
      const n = up.sent + 1;
      socket.send(JSON.stringify({ path: 'note', data: { n } }));
      up.accepted(n, false);
    },
    async close() {
      socket.terminate();
    },
  };
}
