import { createManualClock } from '@wirepact/core/testing';
import { expect, it } from 'vitest';
import { Logs } from './logs.js';
import type { Log } from './log.js';
import { resolveOptions } from '../resolve-options.js';
import { createOutgoingOf } from './outgoing-message.fixture.js';

/** Every entry is 100 bytes. */
const message = createOutgoingOf('', { frame: () => 'x'.repeat(100) });

function start(bounds: { maxBytes?: number; maxAgeMs?: number; maxTotalBytes?: number } = {}) {
  const clock = createManualClock();
  const logs = new Logs(resolveOptions({ clock, logs: bounds }));
  const append = (log: Log, times = 1): void => {
    for (let n = 0; n < times; n += 1) log.append(message);
  };
  return { clock, logs, append };
}

it('lets one log hold so many bytes', () => {
  const { logs, append } = start({ maxBytes: 350 });
  const log = logs.create('a');
  append(log, 10);
  expect([log.size, log.floor, logs.bytes]).toEqual([3, 7, 300]);
});

it('lets go of what is older than the bound when something newer comes', () => {
  const { clock, logs, append } = start({ maxAgeMs: 1_000 });
  const log = logs.create('a');
  append(log);
  clock.advance(1_000);
  append(log);
  expect(log.size).toBe(2);
  clock.advance(1);
  append(log);
  expect([log.size, log.floor]).toEqual([2, 1]);
});

it('lets go of what is old in a sweep, but for the newest of each', () => {
  const { clock, logs, append } = start({ maxAgeMs: 1_000 });
  const [one, other] = [logs.create('a'), logs.create('b')];
  append(one, 3);
  clock.advance(600);
  append(other, 2);
  clock.advance(401);
  logs.sweep();
  expect([one.size, other.size, logs.bytes]).toEqual([1, 2, 300]);
});

it('empties the logs that were used least recently when all together hold too much, and a tenth more', () => {
  const { clock, logs, append } = start({ maxTotalBytes: 1_000 });
  const [a, b, c, d] = ['a', 'b', 'c', 'd'].map((name) => logs.create(name)) as [Log, Log, Log, Log];
  for (const [log, times] of [
    [a, 2],
    [b, 1],
    [c, 1],
    [d, 4],
    [a, 2],
  ] as const) {
    clock.advance(1);
    append(log, times);
  }
  expect(logs.bytes).toBe(1_000);
  clock.advance(1);
  append(d);
  // a was made first, but used again since
  expect([a.size, b.size, c.size, d.size]).toEqual([4, 0, 0, 5]);
  expect([b.at, b.floor, logs.bytes]).toEqual([1, 1, 900]);
});

it('holds no more than its bound, even where one log alone is larger', () => {
  const { logs, append } = start({ maxTotalBytes: 450 });
  const log = logs.create('a');
  append(log, 5);
  expect([logs.bytes, log.size, log.at]).toEqual([0, 0, 5]);
  append(log);
  expect([logs.bytes, log.floor]).toEqual([100, 5]);
});

it('forgets logs that hold nothing', () => {
  const { clock, logs, append } = start({ maxTotalBytes: 450 });
  for (let n = 0; n < 100; n += 1) {
    const log = logs.create(`room ${n}`);
    append(log);
    log.forget(log.at);
  }
  expect(logs.bytes).toBe(0);
  clock.advance(1);
  append(logs.create('last'), 4);
  expect(logs.bytes).toBe(400);
});
