// What is sent waits until others have repaired what an engine has lost that is back.
import { createManualClock } from '@wirepact/core/testing';
import { expect, it, vi } from 'vitest';
import { createMemoryEngine } from './memory/memory-engine.fixture.js';
import { createOutgoingOf } from '../delivery/outgoing-message.fixture.js';
import { SharedSender } from './shared-sender.js';
import { settle } from '../test-server.fixture.js';
import { Timers } from '../timers.js';

function start() {
  const clock = createManualClock();
  const broker = createMemoryEngine({ clock }).broker();
  const append = vi.spyOn(broker, 'append').mockResolvedValue({ epoch: 'e', at: 1 });
  const sender = new SharedSender(broker, clock, new Timers(clock), () => undefined);
  return { clock, broker, append, sender };
}

it('waits as long after each return of the engine', async () => {
  const { clock, append, sender } = start();
  sender.hold();
  clock.advance(200);
  sender.hold();
  const publishing = sender.publish('lobby', createOutgoingOf('hello'));
  clock.advance(299);
  await settle();
  expect(append).not.toHaveBeenCalled();
  clock.advance(1);
  await publishing;
  expect(append).toHaveBeenCalledOnce();
  expect(clock.pending).toBe(0);
});

it('looks again for what it could not give back, whatever it looks for meanwhile', async () => {
  const { clock, broker, append, sender } = start();
  let at = 0;
  append.mockImplementation(async () => ({ epoch: 'e', at: (at += 1) }));
  for (const log of ['lobby', 'lobby', 'hall']) await sender.publish(log, createOutgoingOf(log));
  const [first, , last] = append.mock.calls.map(([{ body }]) => body);
  const looked: string[] = [];
  let isAway = false;
  broker.read = async (log) => {
    looked.push(log);
    if (isAway) throw new Error('the engine is away');
    const entry = log === 'hall' ? { at: 3, body: last ?? '' } : { at: 1, body: first ?? '' };
    return { epoch: 'e', at: entry.at, floor: 0, entries: [{ ...entry, after: 0, time: 0 }] };
  };
  let refuse = (): void => undefined;
  broker.restore = () =>
    new Promise((_resolve, reject) => (refuse = () => reject(new Error('the queue is full'))));
  const wait = async (): Promise<void> => {
    clock.advance(300);
    await settle();
  };
  sender.verifySoon();
  // that takes until after the next return
  await wait();
  sender.verifySoon();
  isAway = true;
  await wait();
  refuse();
  await settle();
  isAway = false;
  looked.length = 0;
  await wait();
  expect(looked.sort()).toEqual(['hall', 'lobby']);
});
