// A process of clients of Wirepact's own, which come back by themselves, and count what they receive.
import { setTimeout as delay } from 'node:timers/promises';
import { createClient } from '@wirepact/client';
import { nowMs } from '../now-ms.js';
import { answerAs } from './asked-process.js';
import type { CrowdCommand, CrowdReading, CrowdSetup } from './crowd.js';
import type { Channels } from './joined-channels.js';

/** Handshakes at a time while all connect. */
const sideBySide = 100;

const { clients, rooms, roomsEach, returnWithinMs, ...setup } = JSON.parse(
  process.argv[2] ?? '',
) as CrowdSetup;
let { urls } = setup;

const nothing: CrowdReading = { received: 0, lastAt: 0, latencies: [], disordered: 0, gaps: 0, resumed: 0 };
let counted = { ...nothing, latencies: [] as number[] };

async function openClient(index: number): Promise<void> {
  const last = new Map<string, number>();
  const client = createClient<Channels>({
    url: () => urls[index % urls.length] ?? '',
    reconnect: { quickMs: returnWithinMs },
    requestTimeoutMs: 60_000,
  });
  client.on('note', ({ sender, n, sentAt }, { room = '' }) => {
    const stream = `${sender} ${room}`;
    const before = last.get(stream);
    if (before !== undefined && n !== before + 1) counted.disordered += 1;
    last.set(stream, n);
    counted.received += 1;
    counted.lastAt = nowMs();
    if (counted.received % 4 === 0) counted.latencies.push(counted.lastAt - sentAt);
  });
  client.onGap(() => void (counted.gaps += 1));
  client.onStatus((status) => {
    if (status.name === 'connected' && status.resumed) counted.resumed += 1;
  });
  const seats = Array.from({ length: roomsEach }, (_, seat) => index * roomsEach + seat);
  await Promise.all(seats.map((seat) => client.join(rooms[seat % rooms.length] ?? '')));
}

async function openAll(): Promise<void> {
  let opened = 0;
  const openNext = async (): Promise<void> => {
    while (opened < clients) await openClient(opened++);
  };
  await Promise.all(Array.from({ length: sideBySide }, openNext));
}

async function perform(command: CrowdCommand): Promise<CrowdReading | undefined> {
  switch (command.do) {
    case 'turn to':
      urls = command.urls;
      return undefined;
    case 'clear':
      counted = { ...nothing, latencies: [] };
      return undefined;
    case 'await': {
      const until = performance.now() + command.patienceMs;
      while (counted.received < command.received && performance.now() < until) await delay(20);
      return counted;
    }
  }
}

await openAll();
answerAs(null, perform);
