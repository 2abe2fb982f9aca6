// The server process: serves one contender, sends at a steady pace, and keeps a journal of what it accepted and what it handled.
import { isSocketError } from '@wirepact/core';
import { findContender } from './contenders/contenders.js';
import { streams, type Message } from './contender.js';
import { openJournal } from './journal.js';
import { nowMs } from './now-ms.js';
import { keepPace } from './pace.js';
import type { Command, Report, ServerSetup } from './server-messages.js';

const setup = JSON.parse(process.argv[2] ?? '') as ServerSetup;
const { contender, run, perSecond, cluster, address } = setup;
const write = openJournal(setup.journal);
const report = (what: Report): void => void process.send?.(what);
const describe = (error: unknown): string =>
  error instanceof Error ? (error.stack ?? error.message) : String(error);
const fail = (error: unknown): void => report({ failed: describe(error) });

const served = await findContender(contender).serve({
  handle: (key, n) => write({ handled: { key, n, atMs: nowMs() } }),
  suspended: (key) => write({ suspended: { key, atMs: nowMs() } }),
  // where several lean on one engine, its faults are heard of
  fail: cluster === undefined ? fail : (error) => write({ reported: String(error) }),
  ...(cluster && { cluster }),
  ...(address !== undefined && { address }),
});

const sending = new Set<Promise<void>>();
let turns = 0;
let stopTalking = (): void => undefined;

/** One message, to everyone, the room and each in turn. */
function sendNext(): void {
  const stream = streams[turns % streams.length] ?? 'everyone';
  const message = { run, stream, n: Math.floor(turns / streams.length) + 1 };
  turns += 1;
  write({ offered: message });
  const offeredAt = performance.now();
  const sent = served.publish(message).then(
    () => write({ published: message, tookMs: performance.now() - offeredAt, atMs: nowMs() }),
    (error) => refuse(message, performance.now() - offeredAt, error),
  );
  sending.add(sent);
  void sent.finally(() => sending.delete(sent));
}

function refuse(message: Message, tookMs: number, error: unknown): void {
  if (isSocketError(error, 'not_accepted')) write({ refused: message, tookMs });
  else fail(error);
}

function talk(): void {
  stopTalking = keepPace(perSecond, sendNext);
}

async function fallSilent(): Promise<void> {
  stopTalking();
  await Promise.all(sending);
}

process.on('message', (command: Command) => {
  if (command === 'talk') talk();
  else void fallSilent().then(() => report({ silent: true }));
});
process.once('SIGTERM', () => {
  void fallSilent()
    .then(() => served.drain?.())
    .then(() => process.exit());
});
process.on('disconnect', () => process.exit());
if (setup.talks) talk();
report({ listens: served.port });
