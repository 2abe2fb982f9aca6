import { expect, it } from 'vitest';
import { AnswerStore } from './answer-store.js';

const start = (answers: number, answerBytes: number) =>
  new AnswerStore({ resumeForMs: 1, answers, answerBytes });
const kept = (store: AnswerStore, ...numbers: number[]): number[] =>
  numbers.filter((number) => store.find(number) !== undefined);

it('gives back what was answered, with every item of a stream', () => {
  const store = start(10, 1_000);
  const frames = [{ text: 'one', n: 1 }, { text: 'two', n: 2 }, { text: 'end' }];
  store.add(3, frames);
  expect(store.find(3)).toEqual(frames);
  expect(store.find(4)).toBeUndefined();
});

it('keeps so many, and gives up the oldest', () => {
  const store = start(3, 1_000);
  for (const number of [1, 2, 3, 4, 5]) store.add(number, [{ text: 'a' }]);
  expect(kept(store, 1, 2, 3, 4, 5)).toEqual([3, 4, 5]);
});

it('keeps so many bytes, and gives up as many of the oldest as it must', () => {
  const store = start(10, 100);
  for (const number of [1, 2, 3, 4]) store.add(number, [{ text: 'x'.repeat(25) }]);
  expect(kept(store, 1, 2, 3, 4)).toEqual([1, 2, 3, 4]);
  // two bytes each
  store.add(5, [{ text: 'é'.repeat(20) }]);
  expect(kept(store, 1, 2, 3, 4, 5)).toEqual([3, 4, 5]);
  store.add(6, [{ text: 'x'.repeat(10) }]);
  expect(kept(store, 3, 4, 5, 6)).toEqual([3, 4, 5, 6]);
});

it('keeps an answer that is too large not at all, rather than a part of it, and gives up no other for it', () => {
  const store = start(10, 100);
  store.add(1, [{ text: 'a' }]);
  store.add(2, [{ text: 'x'.repeat(80), n: 1 }, { text: 'x'.repeat(80), n: 2 }, { text: 'end' }]);
  expect(kept(store, 1, 2)).toEqual([1]);
  store.add(3, [{ text: 'x'.repeat(100) }]);
  expect(kept(store, 1, 3)).toEqual([3]);
});

it('keeps of a number that is answered twice the newer answer, and counts it once', () => {
  const store = start(2, 100);
  store.add(1, [{ text: 'x'.repeat(60) }]);
  store.add(2, [{ text: 'a' }]);
  store.add(1, [{ text: 'y'.repeat(30) }]);
  expect(store.find(1)).toEqual([{ text: 'y'.repeat(30) }]);
  store.add(3, [{ text: 'x'.repeat(70) }]);
  expect(kept(store, 1, 2, 3)).toEqual([1, 3]);
});
