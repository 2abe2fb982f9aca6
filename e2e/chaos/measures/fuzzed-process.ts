// The server process that is fuzzed over real sockets: its defaults, with compression on and a little of every kind of channel.
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { hardenedServerOptions, hardenServer } from '@wirepact/server';
import { createFuzzedSockets, planned } from '../../fuzz/fuzzed-server.js';
import { answerAs } from './asked-process.js';

export interface FuzzedReading {
  readonly rss: number;
  /** What JavaScript and its buffers hold. */
  readonly held: number;
  readonly rejections: number;
  readonly unplanned: number;
  readonly received: number;
}

let rejections = 0;
process.on('unhandledRejection', () => (rejections += 1));

let unplanned = 0;
const sockets = createFuzzedSockets({
  compression: true,
  onError: (error) => {
    if (!String(error).includes(planned)) unplanned += 1;
  },
});
const server = hardenServer(createServer(hardenedServerOptions));
sockets.attach(server, { path: '/ws' });
server.listen(0, '127.0.0.1');
await once(server, 'listening');

const read = async (): Promise<FuzzedReading> => {
  globalThis.gc?.();
  const { rss, heapUsed, external } = process.memoryUsage();
  return {
    rss,
    held: heapUsed + external,
    rejections,
    unplanned,
    received: sockets.stats().received,
  };
};
answerAs<'read'>((server.address() as AddressInfo).port, read);
