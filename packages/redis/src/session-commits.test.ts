import { setImmediate as turn } from 'node:timers/promises';
import type { SessionCommit, SessionOutcome } from '@wirepact/server';
import { expect, it } from 'vitest';
import { SessionCommits } from './session-commits.js';

function startCommits() {
  const sent: SessionCommit[] = [];
  const answers: { resolve: (outcome: SessionOutcome) => void; reject: (error: Error) => void }[] = [];
  const commits = new SessionCommits((commit) => {
    sent.push(commit);
    return new Promise((resolve, reject) => answers.push({ resolve, reject }));
  });
  return { commits, sent, answers };
}

it('sends one change of a session at a time, and what came meanwhile as one', async () => {
  const { commits, sent, answers } = startCommits();
  const first = commits.add({ id: 's1', generation: 1, state: 'a' });
  const answersA = new Map([
    [1, 'x'],
    [2, 'y'],
  ]);
  const second = commits.add({ id: 's1', generation: 1, state: 'b', done: '1', answers: answersA });
  const third = commits.add({ id: 's1', generation: 1, done: '2', answersGone: [1], isConfirmed: true });
  const other = commits.add({ id: 's2', generation: 1, state: 'c' });
  expect(sent.map(({ id, state }) => [id, state])).toEqual([
    ['s1', 'a'],
    ['s2', 'c'],
  ]);
  answers[0]?.resolve('kept');
  expect(await first).toBe('kept');
  await turn();
  expect(sent[2]).toMatchObject({
    ...{ id: 's1', generation: 1, state: 'b', done: '2', isConfirmed: true },
    answers: new Map([[2, 'y']]),
    answersGone: [1],
  });
  answers[2]?.resolve('elsewhere');
  answers[1]?.resolve('kept');
  expect(await Promise.all([second, third, other])).toEqual(['elsewhere', 'elsewhere', 'kept']);
  expect(sent).toHaveLength(3);
});

it('keeps an answer that was given again after it was taken away', async () => {
  const { commits, sent, answers } = startCommits();
  void commits.add({ id: 's1', generation: 1 });
  void commits.add({ id: 's1', generation: 1, answersGone: [1] });
  void commits.add({ id: 's1', generation: 1, answers: new Map([[1, 'again']]) });
  answers[0]?.resolve('kept');
  await turn();
  expect(sent[1]).toMatchObject({ answers: new Map([[1, 'again']]), answersGone: [1] });
});

it('goes on after a failure, and never mixes generations', async () => {
  const { commits, sent, answers } = startCommits();
  const first = commits.add({ id: 's1', generation: 1, state: 'a' });
  const second = commits.add({ id: 's1', generation: 1, state: 'b' });
  const third = commits.add({ id: 's1', generation: 2, state: 'c' });
  answers[0]?.reject(new Error('away'));
  await expect(first).rejects.toThrow('away');
  await turn();
  for (let index = 1; index < 3; index += 1) {
    answers[index]?.resolve('kept');
    await turn();
  }
  expect(await Promise.all([second, third])).toEqual(['kept', 'kept']);
  expect(sent.map(({ generation, state }) => [generation, state])).toEqual([
    [1, 'a'],
    [1, 'b'],
    [2, 'c'],
  ]);
});
