import { createManualClock } from '@wirepact/core/testing';
import { expect, it } from 'vitest';
import { settle } from '../test-server.fixture.js';
import type { Cluster } from './cluster.js';
import { UnheardAnswers, type AnswerToSay } from './unheard-answers.js';

function start() {
  const deaf = new Set<string>();
  const told: string[] = [];
  const tell = async (to: string): Promise<boolean> => {
    await settle();
    told.push(to);
    return !deaf.has(to);
  };
  const cluster = { broker: { tell }, retry: () => Promise.resolve() } as unknown as Cluster;
  const answers = new UnheardAnswers(cluster, createManualClock());
  const say = (to: string, number: number): Promise<void> =>
    answers.say({ to, answer: { kind: 'answer', number }, until: Infinity } satisfies AnswerToSay);
  return { deaf, told, answers, say };
}

it('what is heard does not push out what is not, however much is under way at once', async () => {
  const { deaf, told, answers, say } = start();
  deaf.add('deaf');
  await say('deaf', 0);
  await Promise.all(Array.from({ length: 300 }, (_, number) => say('other', number)));
  expect([...answers.processes()]).toEqual(['deaf']);
  deaf.clear();
  told.length = 0;
  answers.sweep(() => false);
  await settle();
  expect(told).toEqual(['deaf']);
  expect([...answers.processes()]).toEqual([]);
});

it('keeps no more than 256 of what is not heard', async () => {
  const { deaf, answers, say } = start();
  deaf.add('first').add('deaf');
  await say('first', 0);
  await Promise.all(Array.from({ length: 256 }, (_, number) => say('deaf', number)));
  expect([...answers.processes()]).toEqual(Array(256).fill('deaf'));
});
