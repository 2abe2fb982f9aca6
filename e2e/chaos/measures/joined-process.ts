// One of several server processes that are joined over Redis: serves, publishes when it is told to, and watches itself.
import { createServer } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as delay } from 'node:timers/promises';
import { redisBroker } from '@wirepact/redis';
import { SocketManager } from '@wirepact/server';
import { keepPace } from '../pace.js';
import { answerAs } from './asked-process.js';
import { channels, createNotes } from './joined-channels.js';
import type { JoinedCommand, JoinedReading, JoinedSetup } from './joined-server.js';
import { ReadCounts } from './read-counts.js';

const { redisUrl, name } = JSON.parse(process.argv[2] ?? '') as JoinedSetup;
const broker = redisBroker({ url: redisUrl });
const reads = new ReadCounts(broker);
const lag = monitorEventLoopDelay({ resolution: 5 });
let cpuBefore = process.cpuUsage();

const plenty = 1e6;
const sockets = new SocketManager(channels, {
  broker,
  // all clients come from one address, and at once
  limits: {
    socketsPerIp: plenty,
    upgradesPerSecondPerIp: plenty,
    upgradeBurstPerIp: plenty,
    joinsPerSecond: plenty,
  },
  rooms: { authorize: () => true },
  onError: (error) => console.error(`${name}:`, error),
});
const server = createServer();
sockets.attach(server, { path: '/' });
server.listen({ port: 0, host: '127.0.0.1', backlog: 4_096 });
await once(server, 'listening');

const createNote = createNotes(name);
let next = 0;

async function publish(rooms: readonly string[]): Promise<void> {
  const room = rooms[next++ % rooms.length] ?? '';
  await sockets.room(room).publish('note', createNote(room));
}

/** As fast as they are accepted, so many of them being under way. */
async function publishAtOnce(rooms: readonly string[], inFlight: number, seconds: number): Promise<number> {
  const until = performance.now() + seconds * 1_000;
  let accepted = 0;
  const publishOn = async (): Promise<void> => {
    for (; performance.now() < until; accepted += 1) await publish(rooms);
  };
  await Promise.all(Array.from({ length: inFlight }, publishOn));
  return accepted;
}

async function publishAtPace(rooms: readonly string[], perSecond: number, seconds: number): Promise<number> {
  const published: Promise<void>[] = [];
  const stop = keepPace(perSecond, () => published.push(publish(rooms)));
  await delay(seconds * 1_000);
  stop();
  await Promise.all(published);
  return published.length;
}

function read(): JoinedReading {
  const { user, system } = process.cpuUsage(cpuBefore);
  return { cpuMicros: user + system, lagP99Ms: lag.percentile(99) / 1e6, ...reads.read() };
}

async function perform(command: JoinedCommand): Promise<number | JoinedReading | undefined> {
  switch (command.do) {
    case 'publish':
      return publishAtOnce(command.rooms, command.inFlight, command.seconds);
    case 'pace':
      return publishAtPace(command.rooms, command.perSecond, command.seconds);
    case 'watch':
      reads.clear();
      lag.reset();
      lag.enable();
      cpuBefore = process.cpuUsage();
      return undefined;
    case 'read':
      return read();
  }
}

answerAs((server.address() as AddressInfo).port, perform);
