import { expect, it } from 'vitest';
import { ResumeToken } from './resume-token.js';

it('opens nothing before one was given', () => {
  const token = new ResumeToken();
  for (const secret of ['', 'a', 'undefined']) expect(token.opens(secret)).toBe(false);
  token.rotate();
  expect(token.opens('')).toBe(false);
});

it('opens by what was given last', () => {
  const token = new ResumeToken();
  const secret = token.rotate();
  expect(secret).toMatch(/^[\w-]{22}$/);
  expect(token.opens(secret)).toBe(true);
  expect(token.opens(`${secret} `)).toBe(false);
});

it('opens by the one that the client came with, until it has shown that it has the newer one', () => {
  const token = new ResumeToken();
  const first = token.rotate();
  const second = token.rotate(first);
  expect([token.opens(first), token.opens(second)]).toEqual([true, true]);
  token.confirm();
  expect([token.opens(first), token.opens(second)]).toEqual([false, true]);
});

it('opens by the one that the client came with, however many newer ones are lost on the way', () => {
  const token = new ResumeToken();
  const first = token.rotate();
  token.confirm();
  const lost = token.rotate(first);
  const third = token.rotate(first);
  expect([token.opens(first), token.opens(lost), token.opens(third)]).toEqual([true, false, true]);
});
