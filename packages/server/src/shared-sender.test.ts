// What is sent waits for others to put right what an engine that is back has lost.
import { createManualClock } from '@wirepact/core/testing';
import { expect, it, vi } from 'vitest';
import { createMemoryEngine } from './memory-engine.fixture.js';
import { createOutgoingOf } from './outgoing-message.fixture.js';
import { SharedSender } from './shared-sender.js';
import { settle } from './test-server.fixture.js';
import { Timers } from './timers.js';

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

it('looks again for what it could not append again, whatever it looks for meanwhile', async () => {
  const { clock, broker, append, sender } = start();
  for (const log of ['lobby', 'hall']) await sender.publish(log, createOutgoingOf(log));
  const looked: string[] = [];
  let isAway = false;
  broker.read = async (log) => {
    looked.push(log);
    if (isAway) throw new Error('the engine is away');
    const entries = log === 'hall' ? [{ at: 1, after: 0, time: 0, body: 'x' }] : [];
    return { epoch: 'e', at: 0, floor: 0, entries };
  };
  let refuse = (): void => undefined;
  append.mockImplementation(
    () => new Promise((_resolve, reject) => (refuse = () => reject(new Error('the queue is full')))),
  );
  const passSecond = async (): Promise<void> => {
    clock.advance(1_000);
    await settle();
  };
  sender.verifySoon();
  await passSecond();
  // what is missing twice is appended again, and that takes until after the next return
  await passSecond();
  sender.verifySoon();
  isAway = true;
  await passSecond();
  refuse();
  await settle();
  isAway = false;
  looked.length = 0;
  await passSecond();
  expect(looked.sort()).toEqual(['hall', 'lobby']);
});
