// A client without Wirepact, in the same rooms as all others: it must be shown `path` and `data`, and nothing else.
import { once } from 'node:events';
import { WebSocket } from 'ws';
import type { Account } from '../account.js';
import type { Message } from '../contender.js';

import type { Talker } from '../line.js';

/** Connects past the proxies; its own line is never broken. `fail` is told of what it should not have seen. */
export async function openPlainClient(
  port: number,
  { heard, sent }: Account,
  fail: (what: string) => void,
): Promise<Talker> {
  const socket = new WebSocket(`ws://127.0.0.1:${port}/`);
  socket.on('message', (bytes: Buffer) => {
    const text = bytes.toString();
    const frame = JSON.parse(text) as { path: string; data: Message };
    if (Object.keys(frame).sort().join() === 'data,path' && frame.path === 'message') {
      heard[frame.data.stream].push(frame.data);
    } else fail(`a plain client was shown ${text}`);
  });
  await once(socket, 'open');
  return {
    send() {
      socket.send(JSON.stringify({ path: 'note', data: { n: sent.length + 1 } }));
      sent.push({ mayRunAgain: false, state: 'accepted' });
    },
    async close() {
      socket.terminate();
    },
  };
}
