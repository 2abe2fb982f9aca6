// The verdict on several nodes finds what is wrong, and does not call wrong what may be.
import { describe, expect, it } from 'vitest';
import { openAccount, type Account } from '../account.js';
import type { Entry } from '../journal.js';
import { judgeCluster, type ClusterVerdict } from './cluster-judge.js';

const stream = 'room';

/** What a client heard of process 1, where `|` is a gap that it was told of; `2:` before a number is of process 2. */
function accountOf(heard: string): Account {
  const account = openAccount('ann');
  for (const one of heard.split(' ')) {
    const [n = '', run = '1'] = one.split(':').reverse();
    account.heard[stream].push(
      one === '|' ? { mayBeEmpty: false, atMs: 0 } : { run: Number(run), stream, n: Number(n) },
    );
  }
  return account;
}

function judgeHeard(heard: string, accepted = 6): ClusterVerdict {
  const published = Array.from({ length: accepted }, (_, index): Entry => ({
    published: { run: 1, stream, n: index + 1 },
    atMs: index + 1,
    tookMs: 1,
  }));
  return judgeCluster({ accounts: [accountOf(heard)], journals: [published], deaths: new Map() });
}

describe('messages to clients', () => {
  const fine = { lost: 0, silent: 0, duplicated: 0, disordered: 0, repeated: 0, gaps: 0 };

  const wrong = ['silent', 'duplicated', 'disordered'];

  it.each([
    ['1 2 3 4 5 6', {}],
    ['1 2 3 2:7 4 2:8 5 6', {}],
    ['1 2 4 5 6', { lost: 1, silent: 1 }],
    ['1 2 3 4 5', { lost: 1, silent: 1 }],
    ['1 2 | 4 5 6', { lost: 1, gaps: 1 }],
    ['1 2 3 | 5 6', { lost: 1, gaps: 1 }],
    ['1 2 3 4 |', { lost: 2, gaps: 1 }],
    ['1 3 | 5 6', { lost: 2, silent: 1, gaps: 1 }],
    ['1 2 3 3 4 5 6', { duplicated: 1 }],
    ['1 2 4 3 5 6', { disordered: 1 }],
    ['1 2 3 4 | 3 4 5 6', { repeated: 2, gaps: 1 }],
    ['1 2 4 | 3 5 6', { gaps: 1 }],
    ['1 2 4 | 3 3 5 6', { duplicated: 1, gaps: 1 }],
    ['1 2 3 | 2:1 2:2 4 6', { lost: 1, silent: 1, gaps: 1 }],
  ])('in %s are judged', (heard, found) => {
    const { down, examples } = judgeHeard(heard);
    expect(examples).toHaveLength(Object.keys(found).filter((key) => wrong.includes(key)).length);
    expect(down).toEqual({ accepted: 6, refused: 0, ...fine, ...found });
  });

  it.each([
    [60, 0],
    [40, 1],
  ])('are told by a gap at %d ms that were offered before it, whenever they are accepted', (atMs, silent) => {
    const account = openAccount('ann');
    const heard = [1, 2, 4].map((n) => ({ run: 1, stream, n }) as const);
    account.heard[stream].push(heard[0]!, { mayBeEmpty: false, atMs }, heard[1]!, heard[2]!);
    const published = [1, 2, 3, 4].map((n): Entry => {
      return { published: { run: 1, stream, n }, atMs: 100, tookMs: n === 3 ? 50 : 0 };
    });
    const { down } = judgeCluster({ accounts: [account], journals: [published], deaths: new Map() });
    expect([down.lost, down.silent]).toEqual([1, silent]);
  });

  it('were refused, and owed to nobody', () => {
    const message = { run: 1, stream, n: 1 } as const;
    const journals: Entry[][] = [[{ offered: message }, { refused: message, tookMs: 1 }]];
    const { down } = judgeCluster({ accounts: [openAccount('ann')], journals, deaths: new Map() });
    expect(down).toEqual({ accepted: 0, refused: 1, ...fine });
  });
});

describe('messages of clients', () => {
  /** What was handled: by which process, which message, when. */
  function judgeHandled(
    handled: readonly (readonly [run: number, n: number, atMs: number])[],
    { answeredAtMs, deaths = [] }: { answeredAtMs?: number; deaths?: [number, number][] } = {},
  ): ClusterVerdict['up'] {
    const account = openAccount('ann');
    const answered = { state: 'answered', ...(answeredAtMs !== undefined && { answeredAtMs }) } as const;
    account.sent.push({ mayRunAgain: false, ...answered }, { mayRunAgain: false, state: 'accepted' });
    const journals: Entry[][] = [[], []];
    for (const [run, n, atMs] of handled) journals[run - 1]?.push({ handled: { key: 'ann', n, atMs } });
    return judgeCluster({ accounts: [account], journals, deaths: new Map(deaths) }).up;
  }

  const fine = { lost: 0, silent: 0, duplicated: 0, disordered: 0, rerun: 0, unanswered: 0 };

  it('are handled once, in their order, wherever', () => {
    const handled = [
      [2, 2, 20],
      [1, 1, 10],
    ] as const;
    expect(judgeHandled(handled)).toEqual({ accepted: 2, ...fine });
    const turned = handled.map(([run, n, atMs]) => [run, n, -atMs] as const);
    expect(judgeHandled(turned)).toEqual({ accepted: 2, ...fine, disordered: 1 });
    expect(judgeHandled([[1, 1, 10]])).toEqual({ accepted: 2, ...fine, lost: 1, silent: 1 });
  });

  it('are handled again only after the process died that had handled them, and before they were answered', () => {
    const handled = [
      [1, 1, 10],
      [1, 2, 11],
      [2, 1, 30],
    ] as const;
    expect(judgeHandled(handled)).toEqual({ accepted: 2, ...fine, duplicated: 1 });
    expect(judgeHandled(handled, { deaths: [[1, 20]] })).toEqual({ accepted: 2, ...fine, rerun: 1 });
    const late = { deaths: [[1, 40]] as [number, number][] };
    expect(judgeHandled(handled, late)).toEqual({ accepted: 2, ...fine, duplicated: 1 });
    const answered = { deaths: [[1, 20]] as [number, number][], answeredAtMs: 15 };
    expect(judgeHandled(handled, answered)).toEqual({ accepted: 2, ...fine, duplicated: 1 });
  });
});
