import { createManualClock } from '@wirepact/core/testing';
import { expect, it } from 'vitest';
import { Acknowledgements } from './acknowledgements.js';
import type { Session } from './session.js';

function start() {
  const clock = createManualClock();
  const acknowledgements = new Acknowledgements(clock);
  const sent: unknown[] = [];
  const sessionOf = (name: string, isHere = true): Session =>
    ({
      isHere,
      unacknowledged: 0,
      highest: 0,
      calls: new Set(),
      sendFrame: (path: string, data: unknown) => sent.push([name, path, data]),
    }) as unknown as Session;
  const handle = (session: Session, times = 1): void => {
    for (let n = 0; n < times; n += 1) {
      session.highest += 1;
      acknowledgements.owe(session);
    }
  };
  return { clock, acknowledgements, sent, sessionOf, handle };
}
const ack = (name: string, last: number) => [name, '$ack', { done: [[1, last]] }];

it('tells after 100 ms what was handled by then', () => {
  const { clock, sent, sessionOf, handle } = start();
  const session = sessionOf('ann');
  handle(session);
  clock.advance(60);
  handle(session, 2);
  clock.advance(39);
  expect(sent).toEqual([]);
  clock.advance(1);
  expect(sent).toEqual([ack('ann', 3)]);
  expect(clock.pending).toBe(0);
  clock.advance(1_000);
  expect(sent).toHaveLength(1);
});

it('tells at once when 32 were handled', () => {
  const { clock, sent, sessionOf, handle } = start();
  const session = sessionOf('ann');
  handle(session, 31);
  expect(sent).toEqual([]);
  handle(session);
  expect(sent).toEqual([ack('ann', 32)]);
  expect(clock.pending).toBe(0);
  handle(session, 32);
  expect(sent).toEqual([ack('ann', 32), ack('ann', 64)]);
});

it('holds one timer for all, and keeps it while somebody waits', () => {
  const { clock, sent, sessionOf, handle } = start();
  const [ann, bob] = [sessionOf('ann'), sessionOf('bob')];
  handle(ann);
  handle(bob);
  expect(clock.pending).toBe(1);
  handle(ann, 31);
  expect([sent, clock.pending]).toEqual([[ack('ann', 32)], 1]);
  clock.advance(100);
  expect([sent, clock.pending]).toEqual([[ack('ann', 32), ack('bob', 1)], 0]);
});

it('tells nothing that was told by other means meanwhile', () => {
  const { clock, sent, sessionOf, handle } = start();
  const session = sessionOf('ann');
  handle(session);
  // as a resume does
  session.unacknowledged = 0;
  clock.advance(100);
  expect(sent).toEqual([]);
});

it('tells at once when it is asked to, and only what there is', () => {
  const { clock, acknowledgements, sent, sessionOf, handle } = start();
  const session = sessionOf('ann');
  void acknowledgements.settle(session);
  handle(session, 2);
  void acknowledgements.settle(session);
  void acknowledgements.settle(session);
  expect([sent, clock.pending]).toEqual([[ack('ann', 2)], 0]);
});

it('owes nothing to who is gone, and holds no timer for it', () => {
  const { clock, sent, sessionOf, handle } = start();
  handle(sessionOf('ann', false), 40);
  expect([sent, clock.pending]).toEqual([[], 0]);
});

it('stops', () => {
  const { clock, acknowledgements, sent, sessionOf, handle } = start();
  handle(sessionOf('ann'));
  acknowledgements.stop();
  expect(clock.pending).toBe(0);
  clock.advance(100);
  expect(sent).toEqual([]);
});
