// The verdict on a row: everything that was accepted, heard and handled is told to the delivery checker, and counted.
import { createDeliveryChecker, type DeliveryChecker } from '@wirepact/core/testing';
import type { Account } from '../account.js';
import { streams, type Message, type Stream } from '../contender.js';
import type { Entry } from '../journal.js';

/** How messages fared, in one direction. */
export interface Counts {
  readonly accepted: number;
  /** Never arrived. */
  readonly lost: number;
  /** Never arrived, and nobody was told. */
  readonly silent: number;
  readonly duplicated: number;
  readonly disordered: number;
}

/** What became of all messages. */
export interface Verdict {
  readonly down: Counts;
  /** To a handler. `rerun`: handled again by another process, as it may be. `unanswered`: requests that nobody ended. */
  readonly up: Counts & { readonly rerun: number; readonly unanswered: number };
  /** What else the checker found, as sentences. */
  readonly others: readonly string[];
}

/** What there is to judge. */
export interface Evidence {
  readonly accounts: readonly Account[];
  /** One for each server process. */
  readonly journals: readonly (readonly Entry[])[];
  /** Streams whose messages a new process owes to those who are on their way to it. */
  readonly owedToAbsent: readonly Stream[];
}

export function judge(evidence: Evidence): Verdict {
  const checker = createDeliveryChecker();
  const down = tellDown(checker, evidence);
  const up = tellUp(checker, evidence);
  const found = checker.violations();
  const count = (kind: string, isDown: boolean): number =>
    found.filter((one) => one.kind === kind && streams.some((stream) => stream === one.log) === isDown)
      .length;
  const counts = (isDown: boolean): Pick<Counts, 'silent' | 'duplicated' | 'disordered'> => ({
    silent: count('lost', isDown),
    duplicated: count(isDown ? 'duplicate' : 'run again', isDown),
    disordered: count('disorder', isDown),
  });
  const counted = ['lost', 'duplicate', 'disorder', 'run again'];
  return {
    down: { ...down, ...counts(true) },
    up: { ...up, ...counts(false), rerun: up.rerun - count('run again', false) },
    others: found.filter(({ kind }) => !counted.includes(kind)).map(({ text }) => text),
  };
}

/** True when everybody knows of everything. */
export function isSettled({ down, up }: Verdict): boolean {
  return down.silent === 0 && up.silent === 0 && up.unanswered === 0;
}

function tellDown(checker: DeliveryChecker, evidence: Evidence): Pick<Counts, 'accepted' | 'lost'> {
  const { accounts, journals, owedToAbsent } = evidence;
  const everybody = accounts.map(({ key }) => key);
  const entries = journals.flat();
  const offered = entries.flatMap((entry) => ('offered' in entry ? [entry.offered] : []));
  const published = new Set(
    entries.flatMap((entry) => ('published' in entry ? [keyOf(entry.published)] : [])),
  );
  let [accepted, received] = [0, 0];
  for (const stream of streams) {
    const first = new Map(accounts.map(({ key, heard }) => [key, firstOfEachRun(heard[stream])]));
    for (const message of offered) {
      if (message.stream !== stream) continue;
      // whoever comes to a new process is promised what is sent from then on
      const isOwed = message.run === 1 || owedToAbsent.includes(stream);
      const isOwedTo = (key: string): boolean =>
        isOwed || message.n >= (first.get(key)?.get(message.run) ?? 0);
      // one that a process was killed over may arrive
      const to = published.has(keyOf(message)) ? everybody.filter(isOwedTo) : [];
      checker.accepted({ log: stream, message: nameOf(message), to, mayReach: everybody });
      accepted += to.length;
    }
    for (const { key, heard } of accounts) {
      for (const one of heard[stream]) {
        if ('mayBeEmpty' in one) checker.gap({ client: key, log: stream, mayBeEmpty: one.mayBeEmpty });
        else checker.received({ client: key, log: stream, message: nameOf(one) });
      }
      const arrived = heard[stream].flatMap((one) =>
        'n' in one && published.has(keyOf(one)) ? [nameOf(one)] : [],
      );
      received += new Set(arrived).size;
    }
  }
  return { accepted, lost: accepted - received };
}

function tellUp(
  checker: DeliveryChecker,
  { accounts, journals }: Evidence,
): Pick<Verdict['up'], 'accepted' | 'lost' | 'rerun' | 'unanswered'> {
  const handled = new Set<string>();
  const byKey = new Map(accounts.map((account) => [account.key, account]));
  const sendings = accounts.flatMap(({ key, sent }) =>
    sent.map((sending, index) => ({ key, n: index + 1, id: `${key}:${index + 1}`, sending })),
  );
  for (const { key, n, sending } of sendings) {
    checker.accepted({ log: `of ${key}`, message: n, to: ['server'] });
    if (sending.state === 'unknown') checker.disowned({ log: `of ${key}`, message: n });
  }
  let rerun = 0;
  for (const [index, journal] of journals.entries()) {
    const run = index + 1;
    for (const entry of journal) {
      if (!('handled' in entry)) continue;
      const { key, n } = entry.handled;
      const id = `${key}:${n}`;
      checker.handlerStarted(id, `${run}`);
      // what is not over when the process dies may be handled again
      if (byKey.get(key)?.sent[n - 1]?.mayRunAgain !== true) checker.handlerEnded(id, `${run}`);
      if (handled.has(id)) rerun += 1;
      else checker.received({ client: 'server', log: `of ${key}`, message: n });
      handled.add(id);
    }
    for (const { id, sending } of sendings) if (sending.answeredIn === run) checker.acknowledged(id);
    checker.killed(`${run}`);
  }
  return {
    accepted: sendings.length,
    lost: sendings.length - handled.size,
    rerun,
    unanswered: sendings.filter(({ sending }) => sending.state === 'awaited').length,
  };
}

function firstOfEachRun(heard: Account['heard'][Stream]): Map<number, number> {
  const first = new Map<number, number>();
  for (const one of heard) if ('n' in one && !first.has(one.run)) first.set(one.run, one.n);
  return first;
}

const nameOf = ({ run, n }: Message): string => `${run}:${n}`;
const keyOf = (message: Message): string => `${message.stream}:${nameOf(message)}`;
