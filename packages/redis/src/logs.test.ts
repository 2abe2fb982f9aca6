// Logs over a real Redis: what is appended is in them once and in order, and every follower hears of it.
import { systemClock } from '@wirepact/core/internal';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startBroker, startRedis, type JoinedBroker } from './joined.fixture.js';

let redis: Awaited<ReturnType<typeof startRedis>>;
let one: JoinedBroker;
let other: JoinedBroker;
beforeAll(async () => {
  redis = await startRedis();
  [one, other] = await Promise.all([startBroker({ url: redis.url }), startBroker({ url: redis.url })]);
});
afterAll(async () => {
  await Promise.all([one, other].map((broker) => broker[Symbol.asyncDispose]()));
  await redis[Symbol.asyncDispose]();
});

const epoch = 'e1';
const append = (log: string, body: string, knownAt = 0) => one.broker.append({ log, body, epoch, knownAt });
const bodiesOf = async (log: string, after = 0): Promise<string[]> => {
  const { entries } = await one.broker.read(log, { after, epoch });
  return entries.map(({ body }) => body);
};

describe('append', () => {
  it('makes the log, and everybody who follows hears of every message', async () => {
    await Promise.all([one.broker.follow('lobby'), other.broker.follow('lobby')]);
    const first = await append('lobby', 'ä\nb');
    const second = await other.broker.append({
      log: 'lobby',
      body: '{"c":"\u{1f600}"}',
      epoch: 'e2',
      knownAt: 0,
    });
    expect([first.epoch, second.epoch]).toEqual([epoch, epoch]);

    const entries = [
      { at: first.at, after: 0, body: 'ä\nb' },
      { at: second.at, after: first.at, body: '{"c":"\u{1f600}"}' },
    ];
    for (const { ear } of [one, other]) {
      await ear.until(() => ear.bodies('lobby').length === 2);
      expect(ear.all('appended')).toMatchObject(entries.map((entry) => ({ log: 'lobby', epoch, entry })));
      expect(ear.all('failed')).toEqual([]);
    }
    const page = await other.broker.read('lobby', { after: 0, epoch: 'unused' });
    expect(page).toMatchObject({ epoch, at: second.at, floor: 0, entries });
  });

  it('takes the engine’s time for positions, and goes above what is known where that is more', async () => {
    const { at } = await append('clock', 'a');
    expect(at / 1000 - systemClock.now()).toBeLessThan(1_000);
    const known = at + 60_000_000;
    const second = await append('clock', 'b', known);
    expect(second.at).toBe(known + 1);
    expect((await append('clock', 'c')).at).toBe(known + 2);
    const { entries } = await one.broker.read('clock', { after: at, epoch });
    expect(entries[0]?.time).toBeLessThan(systemClock.now() + 1_000);
  });

  it('keeps the order of the calls of each log, however many there are at a time', async () => {
    const bodies = Array.from({ length: 500 }, (_, n) => String(n));
    await one.broker.follow('many');
    await Promise.all(bodies.map((body) => append(Number(body) % 5 === 0 ? 'few' : 'many', body)));
    expect(await bodiesOf('few')).toEqual(bodies.filter((body) => Number(body) % 5 === 0));
    expect(await bodiesOf('many')).toEqual(bodies.filter((body) => Number(body) % 5 !== 0));
    await one.ear.until(() => one.ear.bodies('many').length === 400);
    expect(one.ear.bodies('many')).toEqual(await bodiesOf('many'));
  });

  it('refuses an epoch that would not stand in one line', async () => {
    const refused = one.broker.append({ log: 'x', body: '', epoch: 'a\nb', knownAt: 0 });
    await expect(refused).rejects.toThrow(TypeError);
  });

  it('finds no fault with a room whose name has braces', async () => {
    await one.broker.follow('a}b{c}');
    await append('a}b{c}', 'x');
    await one.ear.until(() => one.ear.bodies('a}b{c}').length === 1);
    expect(await bodiesOf('a}b{c}')).toEqual(['x']);
  });
});

describe('trimming', () => {
  it('gives up the oldest by bytes, never the newest, and says from where on all is kept', async () => {
    await using small = await startBroker({ url: redis.url }, { maxLogBytes: 1_000 });
    const say = (body: string) => small.broker.append({ log: 'small', body, epoch, knownAt: 0 });
    const heads = [];
    for (let n = 0; n < 30; n += 1) heads.push(await say(String(n).padStart(52, '.')));
    const page = await small.broker.read('small', { after: 0, epoch });
    // each counts with 48 bytes more than its body
    const kept = page.entries.length;
    expect(kept).toBeGreaterThanOrEqual(9);
    expect(kept).toBeLessThanOrEqual(10);
    expect(page.entries.map(({ at }) => at)).toEqual(heads.slice(-kept).map(({ at }) => at));
    expect(page.floor).toBe(heads.at(-kept - 1)?.at);

    await say('x'.repeat(5_000));
    const last = await small.broker.read('small', { after: 0, epoch });
    expect(last.entries.map(({ body }) => body.length)).toEqual([5_000]);
    expect(last.floor).toBe(heads[29]?.at);
  });

  it('gives up what is too old by the engine’s clock, when the next one comes', async () => {
    await using brief = await startBroker({ url: redis.url }, { maxLogAgeMs: 1 });
    const say = (body: string, knownAt: number) =>
      brief.broker.append({ log: 'brief', body, epoch, knownAt });
    const first = await say('a', 0);
    const second = await say('b', 0);
    // Redis lets its own clock go on
    await redis.command('BLPOP', 'nothing', '0.02');
    const third = await say('c', 0);
    const page = await brief.broker.read('brief', { after: 0, epoch });
    expect(page.entries.map(({ body }) => body)).toEqual(['c']);
    expect(page).toMatchObject({ at: third.at, floor: second.at });
    expect(second.at).toBeGreaterThan(first.at);
  });

  it('keeps what may be as old as anything', async () => {
    const settings = { maxLogAgeMs: Number.MAX_SAFE_INTEGER };
    await using eternal = await startBroker({ url: redis.url }, settings);
    for (const body of ['a', 'b']) await eternal.broker.append({ log: 'eternal', body, epoch, knownAt: 0 });
    expect(await bodiesOf('eternal')).toEqual(['a', 'b']);
  });

  it('lets Redis forget a log that nobody touches after twice the time that it goes back', async () => {
    await append('forgotten', 'a');
    for (const key of ['h', 'e']) {
      const ms = Number(await redis.command('PTTL', `{wirepact:l:forgotten}:${key}`));
      expect(ms).toBeGreaterThan(600_000);
      expect(ms).toBeLessThanOrEqual(660_000);
    }
  });
});

describe('read', () => {
  it('makes a log that is not there', async () => {
    const page = await one.broker.read('nothing', { after: 0, epoch: 'new' });
    expect(page).toEqual({ epoch: 'new', at: 0, floor: 0, entries: [] });
    expect((await append('nothing', 'a')).epoch).toBe('new');
  });

  it('gives what is after a position, or the newest of it', async () => {
    const heads = [];
    for (const body of ['a', 'b', 'c', 'd']) heads.push(await append('read', body));
    expect(await bodiesOf('read', heads[1]?.at)).toEqual(['c', 'd']);
    const newest = await one.broker.read('read', { after: 0, limit: 3, epoch });
    expect(newest.entries.map(({ body }) => body)).toEqual(['b', 'c', 'd']);
    expect(newest.floor).toBe(0);
    const none = await one.broker.read('read', { after: Number.MAX_SAFE_INTEGER, epoch });
    expect(none).toMatchObject({ at: heads[3]?.at, entries: [] });
  });
});

describe('restore and renew', () => {
  it('gives back what the engine has lost, and tells everybody who follows', async () => {
    for (const body of ['a', 'b', 'c']) await append('lost', body);
    const { entries } = await one.broker.read('lost', { after: 0, epoch });
    const [first] = entries;
    await redis.command('DEL', '{wirepact:l:lost}:e');
    await redis.command(
      'XADD',
      '{wirepact:l:lost}:e',
      `${first?.at}-0`,
      'a',
      '0',
      't',
      '1',
      'k',
      '',
      's',
      '0',
      'b',
      'a',
    );
    await redis.command('HSET', '{wirepact:l:lost}:h', 'at', String(first?.at));
    await other.broker.follow('lost');

    const head = { epoch, at: first!.at };
    const restored = await one.broker.restore('lost', head, entries.slice(1));
    expect(restored).toEqual({ epoch, at: entries[2]?.at });
    expect((await one.broker.read('lost', { after: first!.at, epoch })).entries).toEqual(entries.slice(1));
    await other.ear.until(() => other.ear.bodies('lost').length === 2);
    expect(other.ear.all('appended').flatMap(({ log, entry }) => (log === 'lost' ? [entry] : []))).toEqual(
      entries.slice(1),
    );
    expect((await append('lost', 'd')).at).toBeGreaterThan(restored.at);
  });

  it('gives nothing back where the log stands somewhere else, or is another one', async () => {
    const { at } = await append('kept', 'a');
    const more = [{ at: at + 5, after: at, time: 1, body: 'b' }];
    expect(await one.broker.restore('kept', { epoch, at: at - 1 }, more)).toEqual({ epoch, at });
    expect(await one.broker.restore('kept', { epoch: 'e9', at }, more)).toEqual({ epoch, at });
    expect(await one.broker.restore('gone', { epoch, at }, more)).toEqual({ epoch: '', at: 0 });
    expect(await bodiesOf('kept')).toEqual(['a']);
  });

  it('restores a whole log onto a new one', async () => {
    const { epoch: made } = await one.broker.read('anew', { after: 0, epoch: 'new' });
    const entries = [5, 9].map((at) => ({
      at,
      after: at === 5 ? 0 : 5,
      time: systemClock.now(),
      body: `at ${at}`,
    }));
    expect(await one.broker.restore('anew', { epoch: made, at: 0 }, entries)).toEqual({ epoch: made, at: 9 });
    expect(await bodiesOf('anew')).toEqual(['at 5', 'at 9']);
  });

  it('gives a log another epoch once, and tells everybody who follows', async () => {
    const { at } = await append('renewed', 'a');
    await Promise.all([one.broker.follow('renewed'), other.broker.follow('renewed')]);
    expect(await one.broker.renew('renewed', epoch, 'e5')).toEqual({ epoch: 'e5', at });
    expect(await other.broker.renew('renewed', epoch, 'e6')).toEqual({ epoch: 'e5', at });
    await append('renewed', 'after');
    for (const { ear } of [one, other]) {
      await ear.until(() => ear.bodies('renewed').length === 1);
      expect(ear.all('renewed').filter(({ log }) => log === 'renewed')).toHaveLength(1);
    }
    expect(await bodiesOf('renewed')).toEqual(['a', 'after']);
  });
});

it('touching a log keeps it, and makes it where there is none', async () => {
  expect(await one.broker.touch('touched', 'made', [])).toEqual({ epoch: 'made', at: 0, missing: [] });
  const { at } = await append('touched', 'a');
  await redis.command('PEXPIRE', '{wirepact:l:touched}:h', '5000');
  expect(await one.broker.touch('touched', 'other', [])).toEqual({ epoch: 'made', at, missing: [] });
  expect(Number(await redis.command('PTTL', '{wirepact:l:touched}:h'))).toBeGreaterThan(600_000);
});

describe('what no log keeps', () => {
  it('is heard by everybody who follows then, and by nobody later', async () => {
    await other.broker.follow('now');
    one.broker.emit('now', 'a "ä"\n');
    one.broker.emit('elsewhere', 'b');
    await other.ear.until(() => other.ear.all('emitted').length === 1);
    other.broker.unfollow('now');
    await other.broker.follow('now');
    one.broker.emit('now', 'c');
    await other.ear.until(() => other.ear.all('emitted').some(({ body }) => body === 'c'));
    expect(other.ear.all('emitted').map(({ log, body, slot }) => [log, body, slot])).toEqual([
      ['now', 'a "ä"\n', undefined],
      ['now', 'c', undefined],
    ]);
    expect(await one.broker.latest('now')).toEqual([]);
  });

  it('is kept by slot where it is the latest, oldest first', async () => {
    await other.broker.follow('cursors');
    await one.broker.keepLatest('cursors', 'cursor 1\n"ä"', 'a');
    await one.broker.keepLatest('cursors', 'cursor 2', 'b');
    await one.broker.keepLatest('cursors', 'cursor 1\n"ä"', 'c');
    const heard = () => other.ear.all('emitted').filter(({ log }) => log === 'cursors');
    await other.ear.until(() => heard().length === 3);
    expect(heard().map(({ slot, body }) => [slot, body])).toEqual([
      ['cursor 1\n"ä"', 'a'],
      ['cursor 2', 'b'],
      ['cursor 1\n"ä"', 'c'],
    ]);
    const kept = await one.broker.latest('cursors');
    expect(kept.map(({ body }) => body).sort()).toEqual(['b', 'c']);
    for (const { time } of kept) expect(Math.abs(time - systemClock.now())).toBeLessThan(10_000);
  });

  it('is given up beyond 256 slots, and after 300 s', async () => {
    await Promise.all(
      Array.from({ length: 300 }, (_, n) => one.broker.keepLatest('full', `slot ${n}`, String(n))),
    );
    const kept = (await one.broker.latest('full')).map(({ body }) => Number(body));
    expect(kept).toHaveLength(256);
    await redis.command('ZADD', '{wirepact:l:full}:w', systemClock.now() - 300_001, 'slot 299');
    expect((await one.broker.latest('full')).map(({ body }) => body)).not.toContain('299');
    expect(await redis.command('HEXISTS', '{wirepact:l:full}:v', 'slot 299')).toBe(0);
  });

  it('is given up beyond the bytes that a log may hold, those first that were set longest ago', async () => {
    const slots = Array.from({ length: 20 }, (_, n) => `slot ${String(n).padStart(2, '0')}`);
    for (const slot of slots) await one.broker.keepLatest('large', slot, `${slot} ${'x'.repeat(102_400)}`);
    const kept = (await one.broker.latest('large')).map(({ body }) => body.slice(0, 7));
    // 1 MiB, as a log
    expect(kept).toEqual(slots.slice(-10));
    for (const slot of slots) await one.broker.keepLatest('large', slot, slot);
    expect(await one.broker.latest('large')).toHaveLength(20);
    // beside each lies who set it, and with all how much they are
    expect(await redis.command('HLEN', '{wirepact:l:large}:v')).toBe(41);
    expect(await redis.command('HGET', '{wirepact:l:large}:v', '\0')).toBe(String(20 * 14));
  });
});
