// Waits for what a row is judged by: until everybody hears again, and until nothing moves any more.
import { setTimeout as delay } from 'node:timers/promises';
import type { Account } from './account.js';
import type { Message } from './contender.js';

/**
 * Judges again and again, until all is accounted for or nothing has moved for `quietMs`: what is missing then counts as lost.
 */
export async function untilSettled<TVerdict>(
  judge: () => TVerdict,
  isSettled: (verdict: TVerdict) => boolean,
  quietMs: number,
): Promise<TVerdict> {
  let verdict = judge();
  let before = '';
  let movedAt = performance.now();
  while (!isSettled(verdict) && performance.now() - movedAt < quietMs) {
    await delay(100);
    verdict = judge();
    const now = JSON.stringify(verdict);
    if (now !== before) movedAt = performance.now();
    before = now;
  }
  return verdict;
}

/** Resolves once all have heard of what is wanted, or past it. @throws for the first that has not within `patienceMs` */
export async function untilHeard(
  accounts: Iterable<Account>,
  wanted: readonly Message[],
  patienceMs: number,
): Promise<void> {
  const until = performance.now() + patienceMs;
  for (const account of accounts) {
    for (;;) {
      const unheard = findUnheard(account, wanted);
      if (unheard === undefined) break;
      const { n, run, stream } = unheard;
      const text = `${account.key} did not hear of message ${n} of process ${run} to ${stream} in ${Math.round(patienceMs)} ms`;
      if (performance.now() > until) throw new Error(text);
      await delay(5);
    }
  }
}

/** The first of some messages that a client has heard neither of nor past. */
export function findUnheard({ heard }: Account, wanted: readonly Message[]): Message | undefined {
  return wanted.find(({ run, stream, n }) => {
    const list = heard[stream];
    for (let index = list.length - 1; index >= 0; index -= 1) {
      const one = list[index];
      if (one !== undefined && 'n' in one && one.run === run) return one.n < n;
    }
    return true;
  });
}
