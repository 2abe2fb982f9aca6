// Test files of one process share its globals: after a file that leaves a timer or a clock replaced, others would wait for ever.
// Here the file itself fails.
import { afterAll, expect } from 'vitest';

const readGlobals = () => ({
  ...{ setTimeout, clearTimeout, setInterval, clearInterval, setImmediate, clearImmediate, queueMicrotask },
  ...{ Date, performance, now: Date.now, steadyNow: performance.now, random: Math.random },
  ...{ nextTick: process.nextTick },
});

const before = readGlobals();

afterAll(() => {
  const after: Readonly<Record<string, unknown>> = readGlobals();
  const replaced = Object.entries(before).filter(([name, value]) => after[name] !== value);
  expect(replaced.map(([name]) => name)).toEqual([]);
});
