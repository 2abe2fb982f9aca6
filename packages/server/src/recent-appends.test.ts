import { expect, it } from 'vitest';
import { createManualClock } from '@wirepact/core/testing';
import { createMemoryEngine } from './memory-engine.fixture.js';
import { RecentAppends } from './recent-appends.js';

const head = (at: number) => ({ epoch: 'e', at });

it('remembers a megabyte, however much is appended', () => {
  const clock = createManualClock();
  const recent = new RecentAppends(createMemoryEngine({ clock }).broker(), clock);
  const body = 'x'.repeat(10_000);
  for (let n = 1; n <= 1_000; n += 1) recent.note(`log ${n}`, head(n), body);
  const known = Array.from({ length: 1_000 }, (_, index) => recent.knownAt(`log ${index + 1}`)).filter(
    (at) => at > 0,
  );
  expect(known).toHaveLength(Math.floor(1_048_576 / body.length));
  expect(known.at(-1)).toBe(1_000);
});

it('remembers what was appended in the ten seconds before the newest', () => {
  const clock = createManualClock();
  const recent = new RecentAppends(createMemoryEngine({ clock }).broker(), clock);
  for (let second = 1; second <= 30; second += 1) {
    clock.advance(1_000);
    recent.note(`log ${second}`, head(second), 'x');
  }
  expect([recent.knownAt('log 19'), recent.knownAt('log 20'), recent.knownAt('log 30')]).toEqual([0, 20, 30]);
});
