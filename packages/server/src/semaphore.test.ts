import { expect, it } from 'vitest';
import { Semaphore } from './semaphore.js';
import { settle } from './test-server.fixture.js';

it('runs so much at a time, in order, also what fails', async () => {
  const semaphore = new Semaphore(2);
  const begun: number[] = [];
  const ends: ((error?: Error) => void)[] = [];
  const runs = [0, 1, 2, 3].map((number) =>
    semaphore.run(async () => {
      begun.push(number);
      await new Promise<void>((resolve, reject) => ends.push((error) => (error ? reject(error) : resolve())));
      return number;
    }),
  );
  const results = Promise.allSettled(runs);
  await settle();
  expect(begun).toEqual([0, 1]);
  ends[1]?.(new Error('it failed'));
  await settle();
  expect(begun).toEqual([0, 1, 2]);
  ends[0]?.();
  await settle();
  expect(begun).toEqual([0, 1, 2, 3]);
  ends[2]?.();
  ends[3]?.();
  expect((await results).map((result) => (result.status === 'fulfilled' ? result.value : 'failed'))).toEqual([
    ...[0, 'failed', 2, 3],
  ]);
  // all of it is free again
  await Promise.all([semaphore.run(settle), semaphore.run(settle)]);
});
