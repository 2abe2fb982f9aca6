// The server process of one turn: serves one contender, sends what it is told to, and measures itself.
import { existsSync, readFileSync } from 'node:fs';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Application, Served } from './contender.js';
import { contenders } from './contenders/contenders.js';
import { createReceipt, createTick } from './messages.js';
import type { Burst, Command, Reading, Setup } from './server-commands.js';

const setup = JSON.parse(process.argv[2] ?? '') as Setup;
const contender = contenders.find(({ name }) => name === setup.contender);
if (!contender) throw new Error(`no contender is called ${setup.contender}`);

let startedAt = process.cpuUsage();
let clientCount = 0;
let acknowledged = 0;
let wake: () => void = () => undefined;

const app: Application = {
  routes: Array.from({ length: setup.routes }, (_, index) => `order${index}`),
  handle: createReceipt,
  ...(setup.authenticates && { authenticate: async (token) => ({ user: `user of ${token}` }) }),
  assignRooms: () => roomsOf(clientCount++),
};

function roomsOf(client: number): readonly string[] {
  const { rooms, roomSize, clients } = setup;
  const found: string[] = [];
  for (let seat = client; seat < rooms * roomSize; seat += clients)
    found.push(`room${Math.floor(seat / roomSize)}`);
  return found;
}

/** Sends bursts, each in a turn of the event loop of its own, with no more than a window of them unread. */
async function sendBursts(served: Served, burst: Burst): Promise<number> {
  const { seconds, maxTurns = Infinity, perTurn, windowTurns, acknowledgeEveryTurns, bytes, toRooms } = burst;
  const note = 'x'.repeat(bytes);
  const until = performance.now() + seconds * 1_000;
  let sent = 0;
  let room = 0;
  acknowledged = 0;
  const waitUntilUnread = async (turns: number): Promise<void> => {
    while (sent - acknowledged > turns) await new Promise<void>((resolve) => (wake = resolve));
  };
  // what is not acknowledged by itself would be waited for in vain
  while ((performance.now() < until && sent < maxTurns) || sent % acknowledgeEveryTurns !== 0) {
    await waitUntilUnread(windowTurns - 1);
    for (let index = 0; index < perTurn; index += 1) {
      if (!toRooms) served.broadcast(createTick(note));
      else served.sendToRoom?.(`room${room++ % setup.rooms}`, createTick(note));
    }
    sent += 1;
    await nextTurn();
  }
  await waitUntilUnread(0);
  return sent;
}

function read(): Reading {
  const { user, system } = process.cpuUsage(startedAt);
  const { rss, heapUsed } = process.memoryUsage();
  return { cpuMicros: user + system, rss, heapUsed, peakRss: Math.max(peakRss(), rss) };
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

async function perform(served: Served, command: Command): Promise<unknown> {
  switch (command.do) {
    case 'startReading':
      startedAt = process.cpuUsage();
      return;
    case 'read':
      return read();
    case 'collectGarbage':
      return collectGarbage();
    case 'sendBursts':
      return sendBursts(served, command.burst);
    case 'acknowledge':
      acknowledged = command.turns;
      return wake();
  }
}

const served = await contender.serve(app);
process.on('message', ({ key, command }: { key?: number; command: Command }) => {
  void perform(served, command).then((result) => {
    if (key !== undefined) process.send?.({ key, result });
  });
});
process.on('disconnect', () => process.exit());
process.send?.({ key: 0, result: served.port });
