// The vectors of protocol/vectors, one test each.
import { readdirSync, readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTarget, type Target } from './reference-server.js';
import { runVector, type Vector } from './vector.js';

const folder = new URL('../../protocol/vectors/', import.meta.url);
const files = readdirSync(folder).filter((name) => name.endsWith('.json'));

let target: Target;
beforeAll(async () => {
  target = await startTarget();
});
afterAll(() => target.close());

describe.each(files)('%s', (file) => {
  const { vectors } = JSON.parse(readFileSync(new URL(file, folder), 'utf8')) as { vectors: Vector[] };

  it.each(vectors)('$name', (vector) => runVector(target.url, vector));
});

it('use no channel that their README does not explain', () => {
  const readme = readFileSync(new URL('README.md', folder), 'utf8');
  const used = files.flatMap((file) => [
    ...readFileSync(new URL(file, folder), 'utf8').matchAll(/"sends": \{\s*"path": "([a-z]\w+)"/g),
  ]);
  const unexplained = used.map(([, path]) => path).filter((path) => !readme.includes(`\`${path}\``));
  expect(used.length).toBeGreaterThan(50);
  expect([...new Set(unexplained)]).toEqual(['nope']);
});

describe('a vector', () => {
  const steps = (frame: object): Vector => ({
    name: '',
    endpoint: '/ws',
    steps: [
      { client: 'a', opens: [] },
      { client: 'a', sends: { path: 'time', id: 1 } },
      { client: 'a', gets: [frame] },
    ],
  });

  it('holds where everything comes as it says', async () => {
    await runVector(target.url, steps({ path: 'time', data: '<noon>', id: 1 }));
  });

  it.each([
    ['another value', { path: 'time', data: 'night', id: 1 }],
    ['a key too many', { path: 'time', data: 'noon', id: 1, at: 1 }],
    ['a key too few', { path: 'time', data: 'noon' }],
    ['one name for two values', { path: 'time', data: '<it>', id: '<it>' }],
  ])('fails by %s', async (_what, frame) => {
    await expect(runVector(target.url, steps(frame))).rejects.toThrow('step 2');
  });

  it('fails by a frame that it does not name', async () => {
    const { steps: all, ...vector } = steps({});
    await expect(runVector(target.url, { ...vector, steps: all.slice(0, 2) })).rejects.toThrow('a gets more');
  });
});
