// The measured server process: serves, floods when it is told to, and reads its own memory. Its argument is the address to listen
// at.
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { SocketManager } from '@wirepact/server';
import { nowMs } from '../now-ms.js';
import { keepPace } from '../pace.js';
import { answerAs } from './asked-process.js';
import { basin, channels, createLoad, square, type Policy } from './measured-channels.js';
import { MeasuredSockets } from './measured-sockets.js';
import type { MeasuredCommand, Reading } from './measured-server.js';

const ticksPerSecond = 20;

const sockets = new SocketManager(channels, {
  limits: { joinsPerSecond: 1e6, messagesPerSecond: 1e6 },
  rooms: { authorize: () => true },
  routes: {
    note: (socket, text) => socket.send('note', text),
    ask: (_socket, text) => text,
    async *tail() {
      for (let number = 0; ; number += 1) yield createLoad(number);
    },
  },
});
const server = createServer();
sockets.attach(server, { path: '/' });
const measured = new MeasuredSockets(server);
server.listen(0, JSON.parse(process.argv[2] ?? '"127.0.0.1"') as string);
await once(server, 'listening');

let loads = 0;

function sendLoad(policy: Policy): void {
  const room = sockets.room(basin);
  const number = loads;
  loads += 1;
  if (policy === 'reliable to each')
    for (const member of room.members()) member.send('reliable', createLoad(number, member.id));
  else if (policy !== 'stream') room.send(policy, createLoad(number));
}

async function collectGarbage(): Promise<void> {
  for (let round = 0; round < 5; round += 1) {
    globalThis.gc?.();
    await nextTurn();
  }
}

async function read(collects: boolean): Promise<Reading> {
  if (collects) await collectGarbage();
  const { rss, heapUsed, external } = process.memoryUsage();
  const { mostWaiting, longestStallMs } = measured;
  return {
    ...{ rss, heapUsed, external, loads, mostWaiting, longestStallMs, stats: sockets.stats() },
    timers: process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length,
    listeners: server.eventNames().reduce((sum, name) => sum + server.listenerCount(name), 0),
  };
}

let stop = (): void => undefined;

async function perform(command: MeasuredCommand): Promise<Reading | undefined> {
  if (command.do === 'read') return read(command.collects === true);
  stop();
  if (command.do === 'rest') return undefined;
  const stopTicks = keepPace(ticksPerSecond, () => sockets.room(square).send('tick', { sentAt: nowMs() }));
  const stopLoad = keepPace(command.loadsPerSecond, () => sendLoad(command.policy));
  stop = () => {
    stopTicks();
    stopLoad();
  };
  return undefined;
}

answerAs((server.address() as AddressInfo).port, perform);
