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
