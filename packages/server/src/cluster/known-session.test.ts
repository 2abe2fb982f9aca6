// What is made of what several processes say of one session.
import { describe, expect, it } from 'vitest';
import type { ClaimedSession } from './broker.js';
import { combineKnown } from './known-session.js';
import type { HandedOver } from './process-messages.js';

const frames = [{ text: '{"path":"add"}' }];
const claimed: ClaimedSession = {
  ...{ generation: 9, processId: 'p', holders: ['p', 'q'] },
  ...{ state: stateOf('put', 3), done: '[[1,2]]', answers: new Map([[2, '[]']]) },
};

function stateOf(room: string, by: number): string {
  return JSON.stringify({ everyone: [0, 0, false], inbox: 0, rooms: { [room]: [0, 0, false] }, by });
}

function answerOf(had: number, what: Partial<HandedOver> = {}): HandedOver {
  return { kind: 'handed-over', id: 's', from: `p${had}`, generation: 9, had, ...what };
}

const roomsOf = (...handedOver: readonly HandedOver[]): unknown => [
  ...combineKnown(claimed, handedOver).state.rooms.keys(),
];

describe('what is known of a session', () => {
  it('is what is put down, and no news, where nobody knows more', () => {
    const nothing: HandedOver = { kind: 'handed-over', id: 's', from: 'p', generation: 9 };
    const less = answerOf(1, { done: '[[1,1]]', answers: [[2, frames]] });
    for (const handedOver of [[], [nothing], [less]]) {
      const { done, running, isNews } = combineKnown(claimed, handedOver);
      expect([done, [...running], isNews]).toEqual([[[1, 2]], [], false]);
    }
  });

  it('is all that any of them has handled and answered', () => {
    const known = combineKnown(claimed, [
      answerOf(1, { done: '[[1,1],[7,8]]', answers: [[7, frames]] }),
      answerOf(2, { done: '[[3,4],[6,7]]', answers: [[4, frames]] }),
    ]);
    expect(known).toMatchObject({
      done: [
        [1, 4],
        [6, 8],
      ],
      isNews: true,
    });
    expect(known.answers.map(([number]) => number)).toEqual([2, 4, 7]);
  });

  it('is running where none of them has handled it, by the word of the last that had the session', () => {
    const { running } = combineKnown(claimed, [
      answerOf(2, {
        running: [
          [5, 'q2'],
          [6, 'q2'],
        ],
      }),
      answerOf(1, {
        done: '[[6,6]]',
        running: [
          [5, 'q1'],
          [2, 'q1'],
          [7, 'q1'],
        ],
      }),
    ]);
    expect([...running].sort()).toEqual([
      [5, 'q2'],
      [7, 'q1'],
    ]);
  });

  it('is where the last that had it says that it was, unless something newer is put down', () => {
    expect(roomsOf(answerOf(3, { state: stateOf('same', 3) }))).toEqual(['same']);
    expect(roomsOf(answerOf(2, { state: stateOf('older', 2) }))).toEqual(['put']);
    expect(
      roomsOf(answerOf(4, { state: stateOf('newer', 4) }), answerOf(3, { state: stateOf('same', 3) })),
    ).toEqual(['newer']);
    // the last one went on from what is put down
    expect(roomsOf(answerOf(3, { state: stateOf('same', 3) }), answerOf(4))).toEqual(['put']);
  });
});
