import { expect, it } from 'vitest';
import { naming, startFakeRedis } from './fake-redis.fixture.js';
import { resolveOptions } from './options.js';
import { Sentinels } from './sentinels.js';

it('asks first the sentinel that knew the master last, and last the one whose word is doubted', async () => {
  await using one = await startFakeRedis(naming(() => 7_001));
  await using other = await startFakeRedis(naming(() => 7_002));
  const rootNodes = [one, other].map(({ port }) => ({ host: '127.0.0.1', port }));
  const options = resolveOptions({ sentinel: { name: 'main', rootNodes } });
  const sentinels = new Sentinels(options, options.sentinel!);
  const portNamed = async (): Promise<unknown> => (await sentinels.locate()).port;
  expect([await portNamed(), await portNamed()]).toEqual([7_001, 7_001]);
  // however many are refused what they ask of what it has named
  sentinels.doubt();
  sentinels.doubt();
  expect([await portNamed(), await portNamed()]).toEqual([7_002, 7_002]);
  sentinels.doubt();
  expect(await portNamed()).toBe(7_001);
});

it('says to a sentinel what its connection says, whatever the URL says beside the address', async () => {
  const heard: string[] = [];
  await using sentinel = await startFakeRedis((words) => {
    if (words.includes('AUTH')) heard.push(words.join(' '));
    return naming(() => 7_001)(words);
  });
  const rootNodes = [`rediss://url:old@127.0.0.1:${sentinel.port}`];
  const connection = { tls: false, password: 'own' };
  const options = resolveOptions({ sentinel: { name: 'main', rootNodes, connection } });
  expect(await new Sentinels(options, options.sentinel!).locate()).toMatchObject({ port: 7_001 });
  expect(heard).toEqual([expect.stringContaining('AUTH url own')]);
});

it('asks no others once it is closed', async () => {
  const asked: string[] = [];
  const unknowing = (name: string, then: () => void) =>
    startFakeRedis(([what]) => {
      if (what !== 'SENTINEL') return '+OK\r\n';
      asked.push(name);
      then();
      return '*-1\r\n';
    });
  await using one = await unknowing('one', () => sentinels.close());
  await using other = await unknowing('other', () => undefined);
  const rootNodes = [one, other].map(({ port }) => ({ host: '127.0.0.1', port }));
  const options = resolveOptions({ sentinel: { name: 'main', rootNodes } });
  const sentinels = new Sentinels(options, options.sentinel!);
  await expect(sentinels.locate()).rejects.toThrow('the broker was closed');
  expect(asked).toEqual(['one']);
});
