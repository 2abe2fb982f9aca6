// What is said of clients that come back is what they did.
import { expect, it } from 'vitest';
import { describeRush, findRushMisses, type ReturnWave } from './return-wave.js';

const windowMs = 5_000;

/** So many clients that connect, evenly, within the window; some are late, or come at one moment as well. */
function waveOf(clients: number, { allBackMs = windowMs, atOnce = 0 } = {}): ReturnWave {
  const evenly = Array.from({ length: clients }, (_, index) => (index * windowMs) / clients);
  return { clients, acceptedAtMs: [...Array.from({ length: atOnce }, () => 2_500), ...evenly], allBackMs };
}

it('says how many clients came back, how soon, and how crowded the worst second was', () => {
  const waves = [waveOf(100), waveOf(200, { atOnce: 20 }), waveOf(150, { allBackMs: 6_000 })];
  const rush = describeRush(waves, windowMs);
  expect(rush).toEqual({
    ...{ waves: 3, clients: [100, 200], windowMs, allBackMs: { p50: 5_000, p99: 6_000 } },
    busiest: 1.5,
  });
  expect(findRushMisses(rush)).toEqual([]);
});

it('finds what was too late or too crowded', () => {
  const rush = describeRush([waveOf(100, { allBackMs: 10_001, atOnce: 11 })], windowMs);
  expect(findRushMisses(rush)).toEqual([
    'all were back only after 10001 ms, and not within 10000',
    '1.55 times the even share came in one second, and not 1.5',
  ]);
});
