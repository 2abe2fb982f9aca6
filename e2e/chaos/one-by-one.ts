// Lines that break one by one, each after it was calm for a while, until so many have broken in all.
import { setTimeout as delay } from 'node:timers/promises';
import type { Line } from './line.js';

/** A fault comes so long after a client was welcomed. */
export const calmMs = 250;
/** What is sent within this time before a line is given up vanishes, where a row says so. */
export const darkMs = 100;
/** Each breaks so often at least. */
const fewestCycles = 5;

/** How many clients there need to be for so many cycles. */
export function clientsFor(cycles: number): number {
  return Math.ceil(cycles / fewestCycles);
}

/** Resolves once lines have broken so often in all, and are back. */
export async function breakOneByOne(
  lines: readonly Line[],
  { cycles, chance }: { readonly cycles: number; readonly chance: () => number },
  fault: (line: Line) => void | Promise<void>,
): Promise<void> {
  let left = cycles;
  await Promise.all(
    lines.map(async (line) => {
      // not all of them at once
      await delay(chance() * calmMs);
      while (left > 0) {
        left -= 1;
        await delay(calmMs);
        await line.breakBy(() => fault(line));
      }
    }),
  );
}

/** A line is reset or left half open, and may be dark before that. `move` is called before its client can come back. */
export async function breakByChance(
  { proxy }: Line,
  chance: () => number,
  move: () => void = () => undefined,
): Promise<void> {
  await delay(chance() * 200);
  if (chance() < 0.3) proxy.blackHole();
  await delay(chance() * darkMs);
  move();
  if (chance() < 0.5) proxy.abandon();
  else proxy.cut();
}
