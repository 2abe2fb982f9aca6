// The verdict on a row of several nodes: messages of each node have an order of their own, processes run side by side, and a
// gap that was told ends what was promised of the order before it. The rest is as in judge.ts.
import type { Account } from '../account.js';
import { streams, type Stream } from '../contender.js';
import type { Entry } from '../journal.js';
import type { Counts } from '../lines/judge.js';

/** What became of all messages. */
export interface ClusterVerdict {
  /**
   * `repeated`: came again after a gap was told, as what had to be sent anew may. `refused`: its sender was told that it was
   * not accepted. `gaps`: how often clients were told of one.
   */
  readonly down: Counts & { readonly repeated: number; readonly refused: number; readonly gaps: number };
  /** `rerun`: handled again after the process that had handled it had died. `unanswered`: requests that nobody ended. */
  readonly up: Counts & { readonly rerun: number; readonly unanswered: number };
  /** What is wrong, as sentences; the first of each kind, by stream. */
  readonly examples: readonly string[];
}

/** What there is to judge. */
export interface ClusterEvidence {
  readonly accounts: readonly Account[];
  /** One for each process; the first is that of run 1. */
  readonly journals: readonly (readonly Entry[])[];
  /** When the process of a run was killed, by `nowMs`. */
  readonly deaths: ReadonlyMap<number, number>;
}

export function judgeCluster(evidence: ClusterEvidence): ClusterVerdict {
  const examples = new Map<string, string>();
  const note: Note = (kind, text) => void (examples.has(kind) || examples.set(kind, text));
  return {
    down: judgeDown(evidence, note),
    up: judgeUp(evidence, note),
    examples: [...examples.values()],
  };
}

/** True when everybody knows of everything. */
export function isClusterSettled({ down, up }: ClusterVerdict): boolean {
  return down.silent === 0 && up.silent === 0 && up.unanswered === 0;
}

type Note = (kind: string, text: string) => void;
type Heard = Account['heard'][Stream];

function judgeDown({ accounts, journals }: ClusterEvidence, note: Note): ClusterVerdict['down'] {
  const sum = { accepted: 0, lost: 0, silent: 0, duplicated: 0, disordered: 0, repeated: 0, gaps: 0 };
  const refused = journals.flat().filter((entry) => 'refused' in entry).length;
  for (const stream of streams) {
    const published = journals.map((journal) =>
      journal.flatMap((entry) =>
        'published' in entry && entry.published.stream === stream
          ? [{ n: entry.published.n, offeredAtMs: entry.atMs - entry.tookMs }]
          : [],
      ),
    );
    for (const { key: client, heard } of accounts) {
      sum.gaps += heard[stream].filter((one) => 'mayBeEmpty' in one).length;
      for (const [index, accepted] of published.entries()) {
        const fate = fateOf(heard[stream], index + 1, accepted, (kind, n) =>
          note(`${kind} ${stream}`, `${client} ${kind} message ${n} of process ${index + 1} to ${stream}`),
        );
        sum.accepted += accepted.length;
        for (const key of ['lost', 'silent', 'duplicated', 'disordered', 'repeated'] as const)
          sum[key] += fate[key];
      }
    }
  }
  return { ...sum, refused };
}

/** A message that the library has accepted, and when it was offered that. */
interface Accepted {
  readonly n: number;
  readonly offeredAtMs: number;
}

/** What became of the messages of one process to one client in one stream. */
function fateOf(
  heard: Heard,
  run: number,
  accepted: readonly Accepted[],
  note: (kind: string, n: number) => void,
): Pick<ClusterVerdict['down'], 'lost' | 'silent' | 'duplicated' | 'disordered' | 'repeated'> {
  const fate = { lost: 0, silent: 0, duplicated: 0, disordered: 0, repeated: 0 };
  /** The gap after which each came last. */
  const arrived = new Map<number, number>();
  const covered: { readonly after: number; before: number; readonly atMs: number }[] = [];
  let gaps = 0;
  let [highest, highestBeforeGap, newest] = [0, 0, 0];
  for (const one of heard) {
    if ('mayBeEmpty' in one) {
      gaps += 1;
      highestBeforeGap = highest;
      newest = 0;
      covered.push({ after: highestBeforeGap, before: Infinity, atMs: one.atMs });
      continue;
    }
    if (one.run !== run) continue;
    const { n } = one;
    const cameAt = arrived.get(n);
    if (cameAt === gaps) {
      fate.duplicated += 1;
      note('got again', n);
    } else if (cameAt !== undefined) fate.repeated += 1;
    else if (n < newest) {
      fate.disordered += 1;
      note('got too late', n);
    }
    arrived.set(n, gaps);
    newest = Math.max(newest, n);
    highest = Math.max(highest, n);
    for (const gap of covered) if (n > gap.after) gap.before = Math.min(gap.before, n);
  }
  for (const { n, offeredAtMs } of accepted) {
    if (arrived.has(n)) continue;
    fate.lost += 1;
    // one that waited for the engine may come, or be told to be accepted, after one that was offered later; who is told of a gap
    // asks for the present state, and what was offered before is in that
    if (covered.some((gap) => n > gap.after && (n < gap.before || offeredAtMs <= gap.atMs))) continue;
    fate.silent += 1;
    note('never got, and was told of no gap for,', n);
  }
  return fate;
}

interface Run {
  readonly run: number;
  readonly n: number;
  readonly atMs: number;
}

function judgeUp({ accounts, journals, deaths }: ClusterEvidence, note: Note): ClusterVerdict['up'] {
  const up = { accepted: 0, lost: 0, silent: 0, duplicated: 0, disordered: 0, rerun: 0, unanswered: 0 };
  const runs = new Map<string, Run[]>();
  for (const [index, journal] of journals.entries()) {
    for (const entry of journal) {
      if (!('handled' in entry)) continue;
      const { key, n, atMs } = entry.handled;
      const ofKey = runs.get(key) ?? [];
      runs.set(key, ofKey);
      ofKey.push({ run: index + 1, n, atMs });
    }
  }
  for (const { key, sent } of accounts) {
    const handled = new Map<number, Run>();
    let highest = 0;
    for (const run of (runs.get(key) ?? []).sort((one, other) => one.atMs - other.atMs)) {
      const before = handled.get(run.n);
      const { answeredAtMs = Infinity } = sent[run.n - 1] ?? {};
      if (before === undefined) {
        if (run.n < highest) {
          up.disordered += 1;
          note('late', `message ${run.n} of ${key} was handled after ${highest}`);
        }
        highest = Math.max(highest, run.n);
      } else if ((deaths.get(before.run) ?? Infinity) <= run.atMs && answeredAtMs >= run.atMs) up.rerun += 1;
      else {
        up.duplicated += 1;
        note('twice', `message ${run.n} of ${key} was handled in process ${before.run}, and in ${run.run}`);
      }
      handled.set(run.n, run);
    }
    for (const [index, { state }] of sent.entries()) {
      up.accepted += 1;
      if (state === 'awaited') up.unanswered += 1;
      if (handled.has(index + 1)) continue;
      up.lost += 1;
      if (state === 'unknown') continue;
      up.silent += 1;
      note('unheard', `message ${index + 1} of ${key} was never handled, and it was not told`);
    }
  }
  return up;
}
