// The vectors of protocol/vectors/client, one test each, run against our client.
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { runClientVector, type ClientVector } from './client-vector.js';

const folder = new URL('../../protocol/vectors/client/', import.meta.url);

describe.each(readdirSync(folder))('%s', (file) => {
  const { vectors } = JSON.parse(readFileSync(new URL(file, folder), 'utf8')) as { vectors: ClientVector[] };

  it.each(vectors)('$name', runClientVector);
});

describe('a vector of a client', () => {
  const welcome = { session: 's_1', token: 't1', resumed: false, streams: { '*': ['e0', 5] } };
  const entry = { path: 'chat', data: 'a', room: '*', at: 6, after: 5 };

  it.each([
    ['what it hears', { hears: [['chat', 'b']] }],
    ['what it does not hear', { hears: [] }],
    ['a gap that is not told', { gaps: [{ why: 'lost' }] }],
    ['a frame too few', { writes: [] }],
  ])('fails by %s', async (_what, step) => {
    const steps = [{ greets: {}, welcome }, { app: { sends: 'chat' } }, { gets: [entry] }, step];
    await expect(runClientVector({ name: '', steps })).rejects.toThrow('step 3');
  });

  it('fails by a frame that it does not name', async () => {
    const steps = [{ greets: {}, welcome }, { app: { sends: 'chat' } }];
    await expect(runClientVector({ name: '', steps })).rejects.toThrow('it writes more');
  });
});
