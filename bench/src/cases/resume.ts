// Clients that all lose their connections at once, and return by themselves to what was sent meanwhile.
import { setTimeout as delay } from 'node:timers/promises';
import type { Case } from '../case.js';
import { median, quantile, type Figures } from '../figures.js';
import type { Tick } from '../messages.js';
import type { Receivers } from '../server-commands.js';
import type { Turn } from '../turn.js';
import { tickLoad } from './tick-load.js';

interface ResumeLoad {
  readonly clients: number;
  readonly messages: number;
  readonly to: Receivers;
}

/** A connection that lasted so long counts as stable for every client. */
const stableMs = 1_500;
/** Who is not back by then has failed. */
const patienceMs = 30_000;

const resumeLoad: ResumeLoad = { clients: 1_000, messages: 100, to: 'everyone' };
const quickResume: ResumeLoad = { ...resumeLoad, clients: 50 };

export const resume: Case<ResumeLoad> = {
  name: 'resume',
  title: 'All connections break at once, and 100 messages wait for each client',
  per: 'client',
  headline: 'p99Ms',
  needs: 'return',
  variants: [
    { name: '1,000 clients, sent to everyone', settings: resumeLoad, quick: quickResume },
    {
      name: '1,000 clients, sent to each alone',
      needs: 'inbox',
      settings: { ...resumeLoad, to: 'each' },
      quick: { ...quickResume, to: 'each' },
    },
  ],
  reach: [
    { metric: 'missing', atMost: 0 },
    { metric: 'busiestPercent', atMost: 5 },
  ],
  run: runResume,
};

/** Latencies are from the break to the last message that was missed. */
async function runResume(turn: Turn, { clients, messages, to }: ResumeLoad): Promise<Figures> {
  const server = await turn.start({ clients, drops: true });
  let here = 0;
  let allReturned: () => void = () => undefined;
  const returned = new Promise<void>((resolve) => (allReturned = resolve));
  const readers = Array.from(
    { length: clients },
    () =>
      new Reader(messages, () => {
        here += 1;
        if (here === clients) allReturned();
      }),
  );
  for (let index = 0; index < clients; index += 100) {
    await Promise.all(
      readers
        .slice(index, index + 100)
        .map((reader, at) => turn.connectOwn(index + at, (tick) => reader.read(tick))),
    );
  }
  // one message before, after which each knows where it stands
  let greeted = 0;
  for (const reader of readers) {
    reader.greeted = () => {
      greeted += 1;
      if (greeted === clients) server.acknowledge(1);
    };
  }
  await server.sendBursts({ ...tickLoad, maxTurns: 1 });
  await delay(stableMs);
  await server.startReading();
  const droppedAt = performance.now();
  await server.dropEverybody(messages, to);
  await Promise.race([returned, delay(patienceMs)]);
  const reading = await server.read();
  const arrivals = await server.arrivals();
  const backAfter = readers.flatMap(({ doneAt }) => (doneAt === undefined ? [] : [doneAt - droppedAt]));
  return {
    cpuMicros: reading.cpuMicros / clients,
    ...(backAfter.length > 0 && { p50Ms: median(backAfter), p99Ms: quantile(backAfter, 0.99) }),
    missing: readers.reduce((sum, reader) => sum + reader.missing, 0),
    busiestPercent: busiest(arrivals.slice(0, clients)),
  };
}

/** The part of all that came in the 100 ms in which most came. */
function busiest(arrivals: readonly number[]): number {
  const slots: number[] = [];
  for (const at of arrivals) {
    const slot = Math.floor(at / 100);
    slots[slot] = (slots[slot] ?? 0) + 1;
  }
  return (Math.max(0, ...slots.filter((count) => count !== undefined)) / arrivals.length) * 100;
}

/** What one client reads. Message 0 is the one before the break. */
class Reader {
  greeted: () => void = () => undefined;
  doneAt: number | undefined;
  readonly #messages: number;
  readonly #done: () => void;
  #next = 1;
  #wrong = 0;

  constructor(messages: number, done: () => void) {
    this.#messages = messages;
    this.#done = done;
  }

  /** What never came, and what came at another time than its own. */
  get missing(): number {
    return this.#messages - (this.#next - 1) + this.#wrong;
  }

  read({ volume: number }: Tick): void {
    if (number === 0) return this.greeted();
    if (number !== this.#next) {
      this.#wrong += 1;
      return;
    }
    this.#next += 1;
    if (this.#next <= this.#messages) return;
    this.doneAt = performance.now();
    this.#done();
  }
}
