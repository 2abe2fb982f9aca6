import { createManualClock } from '@wirepact/core/testing';
import { expect, it, vi } from 'vitest';
import { createMemoryEngine } from './memory/memory-engine.fixture.js';
import { ProcessCalls } from './process-calls.js';
import { settle } from '../test-server.fixture.js';

function start() {
  const clock = createManualClock();
  const broker = createMemoryEngine({ clock }).broker();
  const tell = vi.spyOn(broker, 'tell').mockResolvedValue(false);
  const isAlive = vi.spyOn(broker, 'isAlive').mockResolvedValue(true);
  const pause = (ms: number) => new Promise<void>((resolve) => void clock.after(ms, resolve));
  const calls = new ProcessCalls({ broker, clock, pause });
  /** Whether it is heard, and after how long that is known. */
  const call = async (
    processId = 'one',
    isLate = false,
  ): Promise<readonly [isHeard: boolean, ms: number]> => {
    let isOver = false;
    const calling = calls.call(processId, 'hello', () => false, isLate).finally(() => (isOver = true));
    const from = clock.now();
    for (await settle(); !isOver; await settle()) clock.advance(100);
    return [await calling, clock.now() - from];
  };
  return { clock, tell, isAlive, calls, call };
}

it('calls again on a process that may be on its way back', async () => {
  const { tell, call } = start();
  tell.mockResolvedValueOnce(false);
  tell.mockResolvedValueOnce(true);
  expect(await call()).toEqual([true, 100]);
  expect(tell).toHaveBeenCalledTimes(2);
});

it('calls three times on a process that hears nothing, and once for many on one that is known to for a second', async () => {
  const { clock, tell, calls, call } = start();
  expect(await call()).toEqual([false, 300]);
  expect(tell).toHaveBeenCalledTimes(3);
  expect(await call()).toEqual([false, 300]);
  clock.advance(400);
  tell.mockClear();
  const waiting: Promise<boolean>[] = [];
  for (let n = 0; n < 3; n += 1) {
    waiting.push(calls.call('one', 'hello', () => false));
    await settle();
  }
  for (let n = 0; n < 3; n += 1) {
    clock.advance(100);
    await settle();
  }
  expect(await Promise.all(waiting)).toEqual([false, false, false]);
  // now and then one, and the last of each
  expect(tell.mock.calls.length).toBeLessThan(9);
  // another one is another one
  expect(await call('other')).toEqual([false, 300]);
});

it.each([
  ['when it has heard somebody', 1_000, true, false],
  ['after a minute', 60_000, false, false],
])('has as much patience as ever with a process %s', async (_when, ms, hears) => {
  const { clock, tell, call } = start();
  await call();
  clock.advance(ms);
  if (hears) {
    tell.mockResolvedValueOnce(true);
    await call();
  }
  expect(await call()).toEqual([false, 300]);
});

it.each([
  ['has just come back', true, false],
  ['was waited for by who calls', false, true],
])('waits for a process that may come back later, where the engine %s', async (_what, isBack, isLate) => {
  const { clock, tell, isAlive, calls, call } = start();
  isAlive.mockResolvedValue(false);
  if (isBack) calls.noteReturn();
  expect(await calls.isGone('one', isLate)).toBe(false);
  expect(await call('one', isLate)).toEqual([false, 1_500]);
  // it has had its time
  expect(await call('one', isLate)).toEqual([false, 300]);
  clock.advance(1_000);
  expect(await calls.isGone('one', isLate)).toBe(true);
  const hearsAt = clock.now() + 1_000;
  tell.mockImplementation(async () => clock.now() >= hearsAt);
  if (isBack) calls.noteReturn();
  expect(await call(isBack ? 'one' : 'other', isLate)).toEqual([true, 1_000]);
});

it('takes nobody for deaf because the engine is away, and has as much patience as ever once it is back', async () => {
  const { clock, tell, call } = start();
  tell.mockResolvedValue(undefined);
  const awayUntil = clock.now() + 2_000;
  tell.mockImplementation(async () => (clock.now() < awayUntil ? undefined : false));
  expect(await call()).toEqual([false, 2_200]);
  tell.mockImplementation(async () => (clock.now() < awayUntil + 1_000 ? undefined : true));
  expect(await call()).toEqual([true, 800]);
});

it('calls no more, where the engine stays away, when that is over', async () => {
  const { clock, tell, calls } = start();
  tell.mockResolvedValue(undefined);
  const until = clock.now() + 1_000;
  const calling = calls.call('one', 'hello', () => clock.now() >= until);
  for (let passed = 0; passed < 1_000; passed += 100) {
    await settle();
    clock.advance(100);
  }
  expect(await calling).toBe(false);
});

it('calls no more when that is over', async () => {
  const { clock, tell, calls } = start();
  const calling = calls.call('one', 'hello', () => tell.mock.calls.length > 0);
  await settle();
  clock.advance(100);
  expect(await calling).toBe(false);
  expect(tell).toHaveBeenCalledTimes(1);
});

it('asks whether a process is gone, unless it is known to hear nothing', async () => {
  const { clock, isAlive, calls, call } = start();
  expect(await calls.isGone('one')).toBe(false);
  isAlive.mockResolvedValue(false);
  expect(await calls.isGone('one')).toBe(true);
  // an engine that is away says nothing of others, and what they are still handling would be handled twice
  isAlive.mockRejectedValue(new Error('the engine is away'));
  expect(await calls.isGone('one')).toBe(false);
  await call();
  clock.advance(1_000);
  const calling = calls.call('one', 'hello', () => false);
  await settle();
  isAlive.mockClear();
  expect(await calls.isGone('one')).toBe(false);
  expect(isAlive).not.toHaveBeenCalled();
  clock.advance(300);
  expect(await calling).toBe(false);
});
