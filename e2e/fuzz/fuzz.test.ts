// Fuzzes a little of everything. FUZZ_SEED says from which seed on; `npm run proof -- --only fuzz` takes more time.
import { expect, test } from 'vitest';
import { fuzz, slowMs } from './fuzz.js';
import { keptMessages } from './kept-messages.js';
import { messageSeeds } from './message-seeds.js';
import { lanes } from './targets.js';

const seed = Number(process.env['FUZZ_SEED'] ?? 1);
const patienceMs = 300_000;

test('there are 500 seeds and more, each once', () => {
  expect(new Set(messageSeeds).size).toBeGreaterThanOrEqual(500 + keptMessages.length);
});

test.each(lanes)(
  `$target.name: $quick steps end nothing, leave nothing and hold nothing up`,
  async ({ target, quick }) => {
    const report = await fuzz(target, { steps: quick, seed });
    expect(report.wrong).toEqual([]);
    expect(report).toMatchObject({ steps: quick, rejections: 0 });
    expect(report.slowestMs).toBeLessThan(slowMs);
  },
  patienceMs,
);
