// Whatever strangers put into Redis is reported and ignored, never thrown. With a key, nothing unsigned is accepted.
import { fc, test } from '@fast-check/vitest';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startBroker, startRedis, type JoinedBroker } from './joined.fixture.js';
import { SharedTexts } from './shared-text.js';
import { Signature } from './signature.js';

const epoch = 'e1';
const hmacKey = 'a key of sixteen bytes, at least';
const channel = (log: string): string => `{wirepact:l:${log}}`;

let redis: Awaited<ReturnType<typeof startRedis>>;
let open: JoinedBroker;
let signed: JoinedBroker;
beforeAll(async () => {
  redis = await startRedis();
  open = await startBroker({ url: redis.url });
  signed = await startBroker({ url: redis.url, hmacKey });
});
afterAll(async () => {
  await Promise.all([open, signed].map((one) => one[Symbol.asyncDispose]()));
  await redis[Symbol.asyncDispose]();
});

const append = ({ broker }: JoinedBroker, log: string, body: string) =>
  broker.append({ log, body, epoch, knownAt: 0 });

describe('what is said on a channel', () => {
  it('is reported when it is nothing of ours, and what comes after it is heard', async () => {
    const { broker, ear, processId } = open;
    await broker.follow('noise');
    const garbage = [
      '',
      'a',
      'a1 2',
      'a1 2 3 k e\nbody',
      'a9 1 x k e\n',
      'l',
      'l9 x',
      'lx y',
      'l1 xy',
      'l1 xy 5x',
      '{}',
      'z',
      '\u0000',
    ];
    for (const text of garbage) await redis.command('SPUBLISH', channel('noise'), text);
    await redis.command('SPUBLISH', `{wirepact:p:${processId}}`, 'a9 1 1 k e\nbody');
    await redis.command('SPUBLISH', `{wirepact:p:${processId}}`, 'x');
    await append(open, 'noise', 'ours');
    await ear.until(() => ear.bodies('noise').length === 1 && ear.all('failed').length >= garbage.length + 2);
    expect(ear.bodies('noise')).toEqual(['ours']);
    expect(ear.all('failed')).toHaveLength(garbage.length + 2);
    for (const { error } of ear.all('failed')) expect(String(error)).toContain('not written by Wirepact');
    expect([...ear.all('emitted'), ...ear.all('told'), ...ear.all('renewed')]).toEqual([]);
  });

  it('is refused when it is not signed, or was signed for another place', async () => {
    const { broker, ear } = signed;
    await Promise.all([broker.follow('signed'), open.broker.follow('signed'), open.broker.follow('other')]);
    await append(open, 'signed', 'unsigned');
    open.broker.emit('signed', 'unsigned');
    await open.broker.keepLatest('signed', 'slot', 'unsigned');
    await open.broker.renew('signed', epoch, 'e2');
    void open.broker.tell(signed.processId, 'unsigned');
    expect(await broker.latest('signed')).toEqual([]);

    // what is signed for one log is worth nothing in another
    const texts = new SharedTexts(new Signature(new TextEncoder().encode(hmacKey)), 1_000);
    await redis.command('SPUBLISH', channel('signed'), texts.emitted(channel('other'), 'moved'));
    await redis.command('SPUBLISH', channel('signed'), texts.told(channel('signed'), 'of another kind'));
    const moved = texts.entryBody(channel('other'), 'k', 'moved');
    await redis.command('SPUBLISH', channel('signed'), `a9 1 1 k e\n${moved}`);
    const tampered = `${texts.emitted(channel('signed'), 'right')}!`;
    await redis.command('SPUBLISH', channel('signed'), tampered);

    await append(signed, 'signed', 'right');
    broker.emit('signed', 'right');
    void broker.tell(signed.processId, 'right');
    await ear.until(() => ear.all('told').length === 1 && ear.all('emitted').length === 1);
    expect(ear.all('told')).toEqual([{ kind: 'told', text: 'right' }]);
    expect(ear.all('emitted').map(({ body }) => body)).toEqual(['right']);
    expect(ear.bodies('signed')).toEqual(['right']);
    expect(ear.all('renewed')).toEqual([]);
    expect(ear.all('failed').length).toBeGreaterThanOrEqual(9);
  });
});

describe('what lies in a log', () => {
  it('counts up to the last garbage as not kept, and is read from there on', async () => {
    const { broker } = open;
    await append(open, 'spoiled', 'a');
    const { at } = await append(open, 'spoiled', 'b');
    await redis.command('XADD', `${channel('spoiled')}:e`, `${at + 10}-0`, 'what', 'ever');
    await redis.command('HSET', `${channel('spoiled')}:h`, 'at', String(at + 10));
    const last = await append(open, 'spoiled', 'c');
    const page = await broker.read('spoiled', { after: 0, epoch });
    expect(page).toMatchObject({ at: last.at, floor: at + 10 });
    expect(page.entries.map(({ body }) => body)).toEqual(['c']);
  });

  it('is refused when it is not signed', async () => {
    await append(open, 'mixed', 'unsigned');
    await append(signed, 'mixed', 'signed');
    const page = await signed.broker.read('mixed', { after: 0, epoch });
    expect(page.entries.map(({ body }) => body)).toEqual(['signed']);
    expect(page.floor).toBeGreaterThan(0);
  });

  it('rejects what asks for it when keys hold something else, or passes it over', async () => {
    await redis.command('HSET', '{wirepact:s:odd}', 'g', '1', 't', 't', 's', 's', 'w', 'w');
    await redis.command('HSET', '{wirepact:s:odd}:a', 'no number', 'x');
    const claim = { id: 'odd', userId: undefined, token: 't', nextToken: 'n' };
    await expect(open.broker.claimSession(claim)).rejects.toThrow('another program');
    await redis.command('ZADD', `${channel('odd')}:m`, '9999999999999', 's1');
    await redis.command('HSET', `${channel('odd')}:i`, 's1', '{"no":"member"}');
    await open.broker.enter('odd', { id: 's2', userId: 'ann', info: '{}' });
    expect(await open.broker.members('odd')).toEqual([{ id: 's2', userId: 'ann', info: '{}' }]);
    expect(String(open.ear.all('failed').at(-1)?.error)).toContain('a member of the room "odd"');
    await redis.command('SET', '{wirepact:u:odd}', 'x');
    await expect(open.broker.sessionsOf('odd')).rejects.toThrow('WRONGTYPE');
    await redis.command('HSET', `${channel('heads')}:h`, 'epoch', 'e9', 'at', 'no number');
    expect(await open.broker.touch('heads', epoch, [])).toEqual({ epoch: 'e9', at: 0, missing: [] });
  });
});

describe('what is put down beside the logs', () => {
  const session = { id: 's1', userId: 'ann', token: 't', state: '{"inbox":7}', done: '[[1,2]]' };
  const claim = { id: 's1', userId: 'ann', token: 't', nextToken: 't' };
  const key = '{wirepact:s:s1}';

  it('is given back as it was put down', async () => {
    for (const { broker } of [open, signed]) {
      await broker.openSession({ ...session, answers: new Map([[1, 'one']]) });
      await broker.commitSession({ id: 's1', generation: 1, state: '{}', answers: new Map([[2, 'two']]) });
      expect(await broker.claimSession(claim)).toMatchObject({
        ...{ state: '{}', done: '[[1,2]]' },
        answers: new Map([
          [1, 'one'],
          [2, 'two'],
        ]),
      });
      await broker.endSession('s1');
      await redis.command('DEL', key);
      await broker.enter('hall', { id: 's1', userId: 'ann', info: '"ann"' });
      expect(await broker.members('hall')).toEqual([{ id: 's1', userId: 'ann', info: '"ann"' }]);
    }
  });

  it('is a member of no room when it was not signed for it', async () => {
    const member = { id: 's1', userId: 'ann', info: '"ann"' };
    await open.broker.enter('closed', member);
    expect(await signed.broker.members('closed')).toEqual([]);
    await signed.broker.enter('closed', { ...member, id: 's2' });
    const { s2 } = await fields(`${channel('closed')}:i`);
    await redis.command('HSET', `${channel('closed')}:i`, 's1', s2 ?? '');
    await redis.command('HSET', `${channel('other')}:i`, 's2', s2 ?? '');
    await redis.command('ZADD', `${channel('other')}:m`, '9999999999999', 's2');
    expect((await signed.broker.members('closed')).map(({ id }) => id)).toEqual(['s2']);
    expect(await signed.broker.members('other')).toEqual([]);
  });

  it('is no session to go on with when it was not signed for it', async () => {
    for (const [name, value] of [
      ['s', '{}'],
      ['d', '[[1,9]]'],
    ] as const) {
      await signed.broker.openSession(session);
      await redis.command('HSET', key, name, value);
      expect(await signed.broker.claimSession(claim)).toBeUndefined();
      expect(await redis.command('EXISTS', key)).toBe(0);
    }
    await signed.broker.openSession({ ...session, id: 's2' });
    await signed.broker.openSession(session);
    const { s: state } = await fields('{wirepact:s:s2}');
    await redis.command('HSET', key, 's', state ?? '');
    expect(await signed.broker.claimSession(claim)).toBeUndefined();
  });

  it('is no answer when it was not signed for its number', async () => {
    const answers = new Map([
      [1, 'one'],
      [2, 'two'],
    ]);
    await signed.broker.openSession({ ...session, answers });
    const kept = await fields(`${key}:a`);
    await redis.command('HSET', `${key}:a`, '1', kept['2'] ?? '', '3', '[{"text":"forged"}]');
    const claimed = await signed.broker.claimSession(claim);
    expect(claimed?.answers).toEqual(new Map([[2, 'two']]));
    expect(String(signed.ear.all('failed').at(-1)?.error)).toContain('session s1');
  });
});

async function fields(key: string): Promise<Record<string, string>> {
  const pairs = (await redis.command('HGETALL', key)) as string[];
  return Object.fromEntries(pairs.flatMap((name, at) => (at % 2 === 0 ? [[name, pairs[at + 1] ?? '']] : [])));
}

describe('any text at all', () => {
  const texts = new SharedTexts(new Signature(undefined), 10_000);
  const anything = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.tuple(fc.constantFrom('a', 'e', 'l', 'r', 't'), fc.string()).map(([letter, rest]) => letter + rest),
    fc
      .tuple(fc.array(fc.oneof(fc.nat().map(String), fc.string()), { maxLength: 6 }), fc.string())
      .map(([words, body]) => `a${words.join(' ')}\n${body}`),
    fc.tuple(fc.integer(), fc.string()).map(([length, rest]) => `l${length} ${rest}`),
  );

  test.prop([anything], { numRuns: 2_000 })('is read or refused, and never throws', (text) => {
    const said = texts.read('c', text);
    if (said?.kind !== 'appended') return;
    const { at, after, time } = said.entry;
    expect(Number.isSafeInteger(at) && Number.isSafeInteger(after) && Number.isSafeInteger(time)).toBe(true);
    expect(after).toBeLessThan(at);
  });

  test.prop([anything], { numRuns: 2_000 })('is refused where it is not signed', (text) => {
    const checking = new SharedTexts(new Signature(new TextEncoder().encode(hmacKey)), 10_000);
    expect(checking.read('c', text)).toBeUndefined();
    expect(checking.readEntryBody('c', 'k', text)).toBeUndefined();
    expect(checking.readValue('c', 's', text)).toBeUndefined();
  });

  test.prop([fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' })])(
    'is itself again after it was carried',
    (slot, body) => {
      for (const key of [undefined, new TextEncoder().encode(hmacKey)]) {
        const carrying = new SharedTexts(new Signature(key), 10_000);
        const latest = `${carrying.latest('c', slot, body)} 5`;
        expect(carrying.read('c', latest)).toEqual({ kind: 'latest', slot, body, time: 5 });
        expect(carrying.read('c', carrying.emitted('c', body))).toEqual({ kind: 'emitted', body });
        expect(carrying.read('c', carrying.told('c', body))).toEqual({ kind: 'told', text: body });
        const appended = `a3 1 2 key an epoch\n${carrying.entryBody('c', 'key', body)}`;
        expect(carrying.read('c', appended)).toEqual({
          kind: 'appended',
          epoch: 'an epoch',
          entry: { at: 3, after: 1, time: 2, body },
          key: 'key',
        });
      }
    },
  );

  it('is refused when it is longer than anything may be', () => {
    expect(texts.read('c', `e${'x'.repeat(9_999)}`)).toBeDefined();
    expect(texts.read('c', `e${'x'.repeat(10_000)}`)).toBeUndefined();
    expect(texts.readEntryBody('c', '', 'x'.repeat(10_001))).toBeUndefined();
  });
});
