import { describe, expect, it } from 'vitest';
import { createDeliveryChecker, type DeliveryChecker } from './delivery-checker.js';
import { createSeededRandom } from './seeded-random.js';
import type { ViolationKind } from './violation.js';

/** One call of a checker, told apart so that a fault can be planted between two of them. */
type Step =
  | { readonly is: 'accepted'; readonly log: string; readonly message: number; readonly to: string[] }
  | {
      readonly is: 'received';
      readonly client: string;
      readonly log: string;
      readonly message: number;
      readonly position: { readonly epoch: string; readonly at: number; readonly after: number };
    }
  | {
      readonly is: 'gap';
      readonly client: string;
      readonly log: string;
      readonly first: number;
      readonly last: number;
    }
  | { readonly is: 'positioned'; readonly client: string; readonly log: string; readonly at: number }
  | { readonly is: 'started' | 'ended' | 'acknowledged'; readonly message: number }
  | { readonly is: 'killed' };

function tell(checker: DeliveryChecker, step: Step): void {
  if (step.is === 'accepted') checker.accepted(step);
  else if (step.is === 'received') checker.received(step);
  else if (step.is === 'gap') checker.gap(step);
  else if (step.is === 'positioned') checker.positioned({ ...step, epoch: 'e' });
  else if (step.is === 'started') checker.handlerStarted(step.message);
  else if (step.is === 'ended') checker.handlerEnded(step.message);
  else if (step.is === 'acknowledged') checker.acknowledged(step.message);
  else checker.killed();
}

function judge(steps: readonly Step[]) {
  const checker = createDeliveryChecker();
  for (const step of steps) tell(checker, step);
  return checker.violations();
}

const clients = ['a', 'b', 'c'];
const logs = ['lobby', 'hall'];

/** A run in which nothing is wrong: late deliveries, real gaps, members that differ, servers that die over handlers. */
function makeCleanRun(random: () => number): Step[] {
  const steps: Step[] = [];
  const cursors = new Map<string, number>();
  const entriesOf = new Map(logs.map((log) => [log, [] as { message: number; to: string[] }[]]));
  const chance = (part: number): boolean => random() < part;
  const read = (client: string, log: string, count: number): void => {
    const key = `${client} ${log}`;
    const entries = entriesOf.get(log)!;
    let last = cursors.get(key) ?? 0;
    // some of what it missed is gone, and it is told so
    const skipped = Math.floor(random() * 4);
    if (chance(0.2) && skipped > 0 && last + skipped < entries.length) {
      const first = entries[last]!.message;
      last += skipped;
      steps.push({ is: 'gap', client, log, first, last: entries[last - 1]!.message });
      steps.push({ is: 'positioned', client, log, at: last });
    }
    for (let n = 0; n < count && last < entries.length; n += 1) {
      const { message, to } = entries[last]!;
      last += 1;
      if (to.includes(client)) {
        const position = { epoch: 'e', at: last, after: last - 1 };
        steps.push({ is: 'received', client, log, message, position });
      } else steps.push({ is: 'positioned', client, log, at: last });
    }
    cursors.set(key, last);
  };
  for (let message = 1; message <= 60; message += 1) {
    const log = logs[Math.floor(random() * logs.length)]!;
    const to = clients.filter(() => chance(0.8));
    entriesOf.get(log)!.push({ message, to });
    steps.push({ is: 'accepted', log, message, to }, { is: 'started', message });
    if (chance(0.1)) steps.push({ is: 'killed' }, { is: 'started', message });
    steps.push({ is: 'ended', message }, { is: 'acknowledged', message });
    for (const client of clients) if (chance(0.5)) read(client, log, Math.floor(random() * 6));
  }
  for (const log of logs) for (const client of clients) read(client, log, Infinity);
  return steps;
}

type Received = Extract<Step, { is: 'received' }>;

/** Faults: each changes a clean run so that something is wrong, and says what that is called. */
const faults: Record<string, (steps: Step[], pick: (from: readonly Step[]) => number) => ViolationKind> = {
  'drops 1': (steps, pick) => {
    steps.splice(pick(steps.filter(isReceived)), 1);
    return 'lost';
  },
  'duplicates 1': (steps, pick) => {
    const index = pick(steps.filter(isReceived));
    steps.splice(index, 0, steps[index]!);
    return 'duplicate';
  },
  'repeats 1 at the end': (steps, pick) => {
    steps.push(steps[pick(steps.filter(isReceived))]!);
    return 'duplicate';
  },
  'swaps 2': (steps, pick) => {
    const [index, next] = pickNeighbours(steps, pick);
    steps.splice(next, 0, ...steps.splice(index, 1));
    return 'disorder';
  },
  'tells of a gap where nothing is missing': (steps, pick) => {
    const [index] = pickNeighbours(steps, pick);
    const { client, log, position, message } = steps[index] as Received;
    steps.splice(index + 1, 0, { is: 'gap', client, log, first: message, last: message });
    steps.splice(index + 2, 0, { is: 'positioned', client, log, at: position.at });
    return 'empty gap';
  },
  'tells nobody of a gap': (steps, pick) => {
    const gaps = steps.filter((step, index) => step.is === 'gap' && hidesSomething(steps, index));
    steps.splice(pick(gaps), 1);
    return 'lost';
  },
  'hands 1 to a stranger': (steps, pick) => {
    const index = pick(steps.filter(isReceived));
    steps.splice(index + 1, 0, { ...(steps[index] as Received), client: 'nobody' });
    return 'stranger';
  },
  'makes 1 up': (steps, pick) => {
    const index = pick(steps.filter(isReceived));
    steps.splice(index, 0, { ...(steps[index] as Received), message: 1_000 });
    return 'stranger';
  },
  'breaks the chain': (steps, pick) => {
    const [, index] = pickNeighbours(steps, pick);
    const step = steps[index] as Received;
    steps[index] = { ...step, position: { ...step.position, after: step.position.after - 1 } };
    return 'broken chain';
  },
  'runs 1 again': (steps, pick) => {
    const index = pick(steps.filter(({ is }) => is === 'ended'));
    const { message } = steps[index] as { message: number };
    steps.splice(index + 1, 0, { is: 'started', message }, { is: 'ended', message });
    return 'run again';
  },
  'runs 1 again after a kill that came too late': (steps, pick) => {
    const index = pick(steps.filter(({ is }) => is === 'acknowledged'));
    const { message } = steps[index] as { message: number };
    steps.splice(index + 1, 0, { is: 'killed' }, { is: 'started', message });
    return 'run again';
  },
  'never runs 1': (steps, pick) => {
    const index = pick(steps.filter(({ is }) => is === 'acknowledged'));
    const { message } = steps[index] as { message: number };
    for (let at = index - 1; at >= 0; at -= 1) {
      const step = steps[at]!;
      if ((step.is === 'started' || step.is === 'ended') && step.message === message) steps.splice(at, 1);
    }
    return 'never run';
  },
};

const isReceived = (step: Step): boolean => step.is === 'received';

/** Two messages that one client got one after the other, both next to each other in the log. */
function pickNeighbours(steps: readonly Step[], pick: (from: readonly Step[]) => number): [number, number] {
  const nextOf = (step: Step): number => {
    if (step.is !== 'received') return -1;
    const { client, log, position } = step;
    return steps.findIndex(
      (other) =>
        other.is === 'received' &&
        other.client === client &&
        other.log === log &&
        other.position.after === position.at,
    );
  };
  const index = pick(steps.filter((step) => nextOf(step) >= 0));
  return [index, nextOf(steps[index]!)];
}

/** Whether the gap covers something that its client should have got. */
function hidesSomething(steps: readonly Step[], index: number): boolean {
  const without = steps.filter((_, other) => other !== index);
  return judge(without).length > 0;
}

describe('a delivery checker', () => {
  it('catches 1,000 of 1,000 planted faults, and calls each by its name', () => {
    const names = Object.keys(faults);
    for (let seed = 1; seed <= 1_000; seed += 1) {
      const random = createSeededRandom(seed);
      const steps = makeCleanRun(random);
      const pick = (from: readonly Step[]): number =>
        steps.indexOf(from[Math.floor(random() * from.length)]!);
      const name = names[seed % names.length]!;
      const kind = faults[name]!(steps, pick);
      const kinds = judge(steps).map((violation) => violation.kind);
      expect(kinds, `seed ${seed} ${name}`).toContain(kind);
    }
  });

  it('raises no false alarm in 1,000 clean runs', () => {
    for (let seed = 1; seed <= 1_000; seed += 1) {
      expect(judge(makeCleanRun(createSeededRandom(seed))), `seed ${seed}`).toEqual([]);
    }
  });

  it('says what is wrong in a sentence', () => {
    const checker = createDeliveryChecker();
    for (const message of [1, 2, 3]) checker.accepted({ log: 'lobby', message, to: ['a'] });
    for (const message of [2, 1, 2, 9]) checker.received({ client: 'a', log: 'lobby', message });
    checker.handlerStarted('s:1');
    checker.handlerStarted('s:1');
    expect(checker.violations()).toEqual([
      {
        kind: 'disorder',
        text: 'a got message 1 of lobby after 2, which was sent later',
        ...{ client: 'a', log: 'lobby', message: 1 },
      },
      { kind: 'duplicate', text: 'a got message 2 of lobby again', client: 'a', log: 'lobby', message: 2 },
      {
        kind: 'stranger',
        text: 'a got message 9 of lobby that was never accepted',
        ...{ client: 'a', log: 'lobby', message: 9 },
      },
      {
        kind: 'lost',
        text: 'a never got message 3 of lobby, and no gap covers it',
        ...{ client: 'a', log: 'lobby', message: 3 },
      },
      {
        kind: 'run again',
        text: 'message s:1 was handled twice, and no server died over it',
        message: 's:1',
      },
    ]);
  });

  it('lets a gap cover what was accepted before it was told, and nothing that came later', () => {
    const checker = createDeliveryChecker();
    checker.accepted({ log: 'lobby', message: 1, to: ['a'] });
    checker.gap({ client: 'a', log: 'lobby' });
    checker.accepted({ log: 'lobby', message: 2, to: ['a'] });
    checker.accepted({ log: 'lobby', message: 3, to: ['a'] });
    checker.received({ client: 'a', log: 'lobby', message: 3 });
    expect(checker.violations()).toMatchObject([{ kind: 'lost', message: 2 }]);
  });

  it('lets a gap cover no more than its harness says', () => {
    const checker = createDeliveryChecker();
    for (const message of [1, 2]) checker.accepted({ log: 'lobby', message, to: ['a'] });
    checker.gap({ client: 'a', log: 'lobby', last: 1 });
    expect(checker.violations()).toMatchObject([{ kind: 'lost', message: 2 }]);
  });

  it('lets a gap be empty that was told because nobody could know', () => {
    const checker = createDeliveryChecker();
    checker.gap({ client: 'a', log: 'lobby', mayBeEmpty: true });
    expect(checker.violations()).toEqual([]);
  });

  it('asks nothing of what its sender was told may be lost', () => {
    const checker = createDeliveryChecker();
    checker.accepted({ log: 'a → server', message: 1, to: ['server'] });
    checker.disowned({ log: 'a → server', message: 1 });
    expect(checker.violations()).toEqual([]);
  });

  it('lets who may read what was said before read it', () => {
    const checker = createDeliveryChecker();
    checker.accepted({ log: 'lobby', message: 1, to: [], mayReach: ['a'] });
    checker.received({ client: 'a', log: 'lobby', message: 1 });
    expect(checker.violations()).toEqual([]);
  });

  it('counts a death only for what ran on the server that died', () => {
    const checker = createDeliveryChecker();
    checker.handlerStarted('s:1', 'one');
    checker.killed('two');
    checker.handlerStarted('s:1', 'two');
    expect(checker.violations()).toMatchObject([{ kind: 'run again' }]);
  });

  it('ends the run of the server that is named, and no other', () => {
    const checker = createDeliveryChecker();
    checker.handlerStarted('s:1', 'one');
    checker.killed('one');
    checker.handlerStarted('s:1', 'two');
    // in one process, nobody stops the handlers of a server that was killed
    checker.handlerEnded('s:1', 'one');
    checker.killed('two');
    checker.handlerStarted('s:1', 'three');
    checker.handlerEnded('s:1', 'three');
    expect(checker.violations()).toEqual([]);
    checker.killed('three');
    checker.handlerStarted('s:1', 'four');
    expect(checker.violations()).toMatchObject([{ kind: 'run again' }]);
  });

  it('refuses a key that it knows already', () => {
    const checker = createDeliveryChecker();
    checker.accepted({ log: 'lobby', message: 1, to: [] });
    expect(() => checker.accepted({ log: 'lobby', message: 1, to: [] })).toThrow(TypeError);
  });
});
