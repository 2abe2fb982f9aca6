// The server process of one turn: serves one contender, sends what it is told to, and measures itself.
import { existsSync, readFileSync } from 'node:fs';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Application, Served } from './contender.js';
import { contenders } from './contenders/contenders.js';
import { arrivalsSince, breakConnections, watchConnections } from './contenders/listen.js';
import { createReceipt } from './messages.js';
import { startProfile, writeProfile } from './profiling.js';
import { countRedisBytes } from './redis-bytes.js';
import { acknowledge, createSend, follow, sendBursts } from './sending.js';
import type { Command, Reading, Receivers, Setup } from './server-commands.js';

const setup = JSON.parse(process.argv[2] ?? '') as Setup;
const profileFile = process.argv[3];
const contender = contenders.find(({ name }) => name === setup.contender);
if (!contender) throw new Error(`no contender is called ${setup.contender}`);

const redisBytes = countRedisBytes(setup.redisUrl);
let startedAt = process.cpuUsage();
let redisBytesBefore = 0;
let clientCount = 0;

const app: Application = {
  routes: Array.from({ length: setup.routes }, (_, index) => `order${index}`),
  handle: createReceipt,
  ...(setup.authenticates && { authenticate: async (token) => ({ user: `user of ${token}` }) }),
  ...(setup.redisUrl !== undefined && { redisUrl: setup.redisUrl }),
  assignRooms: () => roomsOf(seatOf(clientCount++)),
  follow,
};

/** The number among all clients of one that is the n-th here. */
function seatOf(client: number): number {
  const { process: own, processes, seating, clients } = setup;
  return seating === 'in turn' ? client * processes + own : (own * clients) / processes + client;
}

function roomsOf(client: number): readonly string[] {
  const { rooms, roomSize, clients } = setup;
  const found: string[] = [];
  for (let seat = client; seat < rooms * roomSize; seat += clients)
    found.push(`room${Math.floor(seat / roomSize)}`);
  return found;
}

async function startReading(): Promise<void> {
  if (profileFile !== undefined) await startProfile();
  redisBytesBefore = redisBytes();
  startedAt = process.cpuUsage();
}

async function read(): Promise<Reading> {
  const { user, system } = process.cpuUsage(startedAt);
  const { rss, heapUsed } = process.memoryUsage();
  if (profileFile !== undefined) await writeProfile(profileFile);
  return {
    ...{ cpuMicros: user + system, rss, heapUsed, peakRss: Math.max(peakRss(), rss) },
    redisBytes: redisBytes() - redisBytesBefore,
  };
}

/** Linux knows the peak; sampling it would cost a broadcast 2 %. `maxRSS` counts the parent process in. */
function peakRss(): number {
  const status = existsSync('/proc/self/status') ? readFileSync('/proc/self/status', 'utf8') : '';
  return Number(/VmHWM:\s*(\d+)/.exec(status)?.[1] ?? 0) * 1_024;
}

async function collectGarbage(): Promise<void> {
  for (let round = 0; round < 3; round += 1) {
    globalThis.gc?.();
    await nextTurn();
  }
}

function dropEverybody(served: Served, messages: number, to: Receivers): void {
  const send = createSend(served, to);
  breakConnections();
  for (let number = 1; number <= messages; number += 1) send('', number);
}

async function perform(served: Served, command: Command): Promise<unknown> {
  switch (command.do) {
    case 'startReading':
      return startReading();
    case 'read':
      return read();
    case 'collectGarbage':
      return collectGarbage();
    case 'sendBursts':
      return sendBursts(served, setup.rooms, command.burst);
    case 'acknowledge':
      return acknowledge(command.turns);
    case 'dropEverybody':
      return dropEverybody(served, command.messages, command.to);
    case 'arrivals':
      return arrivalsSince();
  }
}

if (setup.drops) watchConnections();
const served = await contender.serve(app);
process.on('message', ({ key, command }: { key?: number; command: Command }) => {
  void perform(served, command).then((result) => {
    if (key !== undefined) process.send?.({ key, result });
  });
});
process.on('disconnect', () => process.exit());
process.send?.({ key: 0, result: served.port });
