// What Redis accepts and then loses, and what is left behind on it: nothing given back is there twice, and nothing unwanted
// stays subscribed to.
import { expect, it, onTestFinished, vi } from 'vitest';
import { startCuttingProxy, type CuttingProxy } from '../../../e2e/behaviour/cutting-proxy.js';
import { startBroker, startRedis, type JoinedBroker, type RedisServer } from './joined.fixture.js';
import { RedisLine } from './redis-line.js';
import { appendScript } from './scripts/append.js';

const epoch = 'e1';
const message = (body: string) => ({ log: 'lobby', body, epoch, knownAt: 0 });

/** A Redis, and two that are joined over it: one of them through a line that can be stalled and cut. */
interface Lossy {
  readonly redis: RedisServer;
  readonly proxy: CuttingProxy;
  readonly one: JoinedBroker;
  readonly witness: JoinedBroker;
}

/** Redis forgets an entry of the lobby, as if the end of its file was not written yet. */
async function loseEntry(redis: RedisServer, at: number | undefined, before: number): Promise<void> {
  await redis.command('XDEL', '{wirepact:l:lobby}:e', `${at}-0`);
  await redis.command('XSETID', '{wirepact:l:lobby}:e', `${before}-0`);
  await redis.command('HSET', '{wirepact:l:lobby}:h', 'at', String(before));
}

/** Somebody hears of an entry that Redis loses then, and its sender does not know yet whether it was taken. */
async function loseDoubtful({ redis, proxy, one, witness }: Lossy) {
  await witness.broker.follow('lobby');
  const first = await one.broker.append(message('a'));
  proxy.stall(true);
  const doubtful = one.broker.append(message('b'));
  await witness.ear.until(() => witness.ear.bodies('lobby').length === 2);
  const [, told] = witness.ear.all('appended');
  await loseEntry(redis, told?.entry.at, first.at);
  return { first, doubtful, told };
}

async function readBodies({ broker }: JoinedBroker): Promise<readonly string[]> {
  const { entries } = await broker.read('lobby', { after: 0, epoch });
  return entries.map(({ body }) => body);
}

/** Whatever is appended waits, on its way to Redis. Resolves when something does, with what lets it go. */
function holdNextAppend(): Promise<() => void> {
  const { send } = RedisLine.prototype;
  const [, sha = ''] = appendScript.call(['log'], []).words;
  return new Promise((held) => {
    const sending = vi.spyOn(RedisLine.prototype, 'send').mockImplementation(async function (
      this: RedisLine,
      words,
    ) {
      if (words[1] === sha) {
        await new Promise<void>((letGo) => held(letGo));
      }
      return send.call(this, words);
    });
    onTestFinished(() => sending.mockRestore());
  });
}

it('finds a message again that Redis had forgotten and somebody gave back', async () => {
  await using redis = await startRedis();
  const proxy = await startCuttingProxy((socket) => void socket.on('error', () => undefined));
  proxy.target = redis.port;
  {
    await using one = await startBroker({ url: `redis://127.0.0.1:${proxy.port}` });
    await using witness = await startBroker({ url: redis.url });
    const { first, doubtful, told } = await loseDoubtful({ redis, proxy, one, witness });
    await witness.broker.restore('lobby', first, [told!.entry]);

    proxy.stall(false);
    proxy.cut();
    expect(await doubtful).toEqual({ epoch, at: told?.entry.at });
    expect(await readBodies(witness)).toEqual(['a', 'b']);
  }
  await proxy.close();
});

it('does not append again what somebody gives back just before that', async () => {
  await using redis = await startRedis();
  const proxy = await startCuttingProxy((socket) => void socket.on('error', () => undefined));
  proxy.target = redis.port;
  {
    await using one = await startBroker({ url: `redis://127.0.0.1:${proxy.port}` });
    await using witness = await startBroker({ url: redis.url });
    const { first, doubtful, told } = await loseDoubtful({ redis, proxy, one, witness });
    const held = holdNextAppend();
    proxy.stall(false);
    proxy.cut();
    const letGo = await held;
    await witness.broker.restore('lobby', first, [told!.entry]);
    letGo();
    expect(await doubtful).toEqual({ epoch, at: told?.entry.at });
    expect(await readBodies(witness)).toEqual(['a', 'b']);
  }
  await proxy.close();
});

it('listens to nothing that nobody follows any more, whenever that was said', async () => {
  await using redis = await startRedis();
  await using one = await startBroker({ url: redis.url });
  const listeners = async (): Promise<unknown> => redis.command('PUBSUB', 'SHARDCHANNELS', '*:l:*');
  await one.broker.follow('kept');
  await one.broker.follow('left');
  one.broker.unfollow('left');
  // before it was confirmed
  const early = one.broker.follow('early');
  one.broker.unfollow('early');
  await expect(early).rejects.toMatchObject({ code: 'not_accepted' });
  const late = one.broker.follow('late');
  one.broker.unfollow('late');
  await late.catch(() => undefined);
  await one.broker.follow('late');
  while ((await listeners()) instanceof Array && ((await listeners()) as string[]).length !== 2);
  expect(((await listeners()) as string[]).sort()).toEqual(['{wirepact:l:kept}', '{wirepact:l:late}']);
  await one.broker.append({ ...message('x'), log: 'late' });
  await one.ear.until(() => one.ear.bodies('late').length === 1);
});

it('makes a claim once, however often its answer is lost', async () => {
  await using redis = await startRedis();
  const proxy = await startCuttingProxy((socket) => void socket.on('error', () => undefined));
  proxy.target = redis.port;
  {
    await using one = await startBroker({ url: `redis://127.0.0.1:${proxy.port}` });
    await using other = await startBroker({ url: redis.url });
    await other.broker.openSession({ id: 's1', userId: undefined, token: 't', state: 'x' });
    proxy.stall(true);
    const claiming = one.broker.claimSession({ id: 's1', userId: undefined, token: 't', nextToken: 'n' });
    while ((await redis.command('HGET', '{wirepact:s:s1}', 'g')) !== '2');
    proxy.stall(false);
    proxy.cut();
    // not that of this process, though it has the session already
    expect(await claiming).toMatchObject({ generation: 2, processId: other.processId });
    const again = { id: 's1', userId: undefined, token: 'n', nextToken: 'm' };
    expect(await one.broker.claimSession(again)).toMatchObject({ generation: 3, processId: one.processId });
  }
  await proxy.close();
});

it('says of a session that was not found by its user that something of it was forgotten, and finds it again', async () => {
  await using redis = await startRedis();
  await using one = await startBroker({ url: redis.url });
  const { broker } = one;
  const session = { id: 's_1', userId: 'ann', token: 't', state: '{}' };
  const commit = { id: 's_1', generation: 1 };
  await broker.openSession(session);
  expect(await broker.commitSession(commit)).toBe('kept');
  // as with a server of a cluster that has the list and not the session
  await redis.command('DEL', '{wirepact:u:ann}');
  expect(await broker.commitSession(commit)).toBe('kept');
  expect(await broker.commitSession({ ...commit, isDoubtful: true })).toBe('unknown');
  expect(await broker.openSession(session)).toBe('kept');
  expect(await broker.sessionsOf('ann')).toEqual([{ id: 's_1', processId: one.processId }]);
  expect(await broker.commitSession({ ...commit, isDoubtful: true })).toBe('kept');
});

it('finds out by itself, in the time for which a session is kept, that it is not found by its user', async () => {
  await using redis = await startRedis();
  await using one = await startBroker({ url: redis.url }, { sessionMs: 100_000 });
  const { broker } = one;
  const commit = { id: 's_1', generation: 1 };
  await broker.openSession({ id: 's_1', userId: 'ann', token: 't', state: '{}' });
  expect(await broker.commitSession(commit)).toBe('kept');
  await redis.command('DEL', '{wirepact:u:ann}');
  // it was listed for four times as long
  const listedUntil = Number(await redis.command('HGET', '{wirepact:s:s_1}', 'x'));
  await redis.command('HSET', '{wirepact:s:s_1}', 'x', listedUntil - 100_000);
  expect(await broker.commitSession(commit)).toBe('unknown');
});

it('still finds a session by its user that was not there for a moment', async () => {
  await using redis = await startRedis();
  await using one = await startBroker({ url: redis.url });
  await one.broker.openSession({ id: 's_1', userId: 'ann', token: 't', state: '{}' });
  const kept = '{wirepact:s:s_1}';
  const [found] = (await redis.command('KEYS', `${kept}*`)) as string[];
  // as between the moment Redis forgets it and the one its process puts it down again
  await redis.command('RENAME', found ?? '', `${kept}:gone`);
  expect(await one.broker.sessionsOf('ann')).toEqual([]);
  await redis.command('RENAME', `${kept}:gone`, found ?? '');
  expect(await one.broker.sessionsOf('ann')).toHaveLength(1);
});
