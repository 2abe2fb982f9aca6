// What the script that appends does with messages of which some may stand in the log already, on a real Redis.
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startRedis, type RedisServer } from './joined.fixture.js';
import { Keys } from './keys.js';
import { appendCommand, appendScript, readAppended, type Appended } from './scripts/append.js';

const keys = new Keys('wirepact');
const tag = 'Ab-_12';
/** 35 and 36: in base 36 the one has fewer digits. */
const [first, second, third, fourth] = [35, 36, 37, 38] as const;

let redis: RedisServer;
beforeAll(async () => {
  redis = await startRedis();
});
afterAll(() => redis[Symbol.asyncDispose]());

/** Appends messages by their numbers; `above` where they may stand already. */
async function append(
  log: string,
  numbers: readonly number[],
  { above, by = tag, maxBytes = 1_048_576 }: { above?: number; by?: string; maxBytes?: number } = {},
): Promise<readonly Appended[]> {
  const messages = numbers.map((number) => ({ key: by + number.toString(36), body: `b${number}` }));
  const doubt = above === undefined ? undefined : { above, tag: by };
  const call = { epoch: 'e1', knownAt: 0, doubt, messages };
  const bounds = { maxBytes, maxAgeMs: 300_000, keptForMs: 660_000 };
  const { words } = appendCommand(keys.log(log), call, bounds);
  return readAppended(await redis.command('EVAL', appendScript.text, ...words.slice(2)), numbers.length);
}

async function keysIn(log: string): Promise<string[]> {
  const entries = (await redis.command('XRANGE', keys.log(log).entries, '-', '+')) as [string, string[]][];
  return entries.map(([, fields]) => (fields[5] ?? '').slice(tag.length));
}

const others = Array.from({ length: 150 }, (_, n) => n + 1);

it('appends those that do not stand there, and says where the others do', async () => {
  const standing = await append('some', [first, second]);
  await append('some', others, { by: 'others' });
  const all = await append('some', [first, second, third], { above: 0 });
  expect(all.slice(0, 2)).toEqual(standing);
  expect(all[2]).toMatchObject({ epoch: 'e1' });
  expect(await keysIn('some')).toHaveLength(153);
  expect(await append('none', [first], { above: 0 })).toMatchObject([{ epoch: 'e1' }]);
});

it('does not append one behind those that were said later', async () => {
  const [one, three] = await append('late', [first, third]);
  expect(await append('late', [first, second], { above: 0 })).toEqual([one, 'overtaken']);
  expect(await append('late', [second, third], { above: 0 })).toEqual(['overtaken', three]);
  expect(await keysIn('late')).toEqual([first, third].map((number) => number.toString(36)));
});

it('does not append one that may have been trimmed, unless one that was said earlier stands there', async () => {
  const small = { maxBytes: 1_000 };
  await append('trimmed', [first], small);
  await append('trimmed', others, { ...small, by: 'others' });
  expect(await append('trimmed', [first, second], { ...small, above: 0 })).toEqual(['unknown', 'unknown']);
  await append('trimmed', [third], small);
  expect(await append('trimmed', [fourth], { ...small, above: 0 })).toMatchObject([{ epoch: 'e1' }]);
});
