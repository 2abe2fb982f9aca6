// What any broker must do with logs: order, positions, bounds, and giving back what an engine has lost.
import { expect, it } from 'vitest';
import { chainOf, joinBench, messageOf, type BrokerBench } from './broker-bench.fixture.js';

/** After this position there is nothing. */
const afterAll = Number.MAX_SAFE_INTEGER;

export function describeLogs(start: () => Promise<BrokerBench>): void {
  it('appends in the order of the calls, each above the one before it', async () => {
    await using bench = await start();
    const { broker } = await joinBench(bench);
    const bodies = Array.from({ length: 50 }, (_, n) => `${n}`);
    const heads = await Promise.all(bodies.map((body) => broker.append(messageOf(body))));
    const page = await broker.read('lobby', { after: 0, epoch: 'e2' });
    expect(chainOf(page.entries)).toEqual({ bodies, isWhole: true });
    expect(heads).toEqual(page.entries.map(({ at }) => ({ epoch: 'e1', at })));
    expect(page).toMatchObject({ epoch: 'e1', at: heads.at(-1)?.at, floor: 0 });
    expect(page.entries[0]?.after).toBe(0);
  });

  it('puts what several processes append at once into one order', async () => {
    await using bench = await start();
    const all = await Promise.all(['a', 'b', 'c'].map(() => joinBench(bench)));
    const said = all.map((_, one) => Array.from({ length: 20 }, (_, n) => `${one} ${n}`));
    await Promise.all(
      all.flatMap(({ broker }, one) => said[one]?.map((body) => broker.append(messageOf(body))) ?? []),
    );
    const reader = await joinBench(bench);
    const { entries } = await reader.broker.read('lobby', { after: 0, epoch: 'e2' });
    const { bodies, isWhole } = chainOf(entries);
    expect(isWhole).toBe(true);
    for (const [one, own] of said.entries())
      expect(bodies.filter((body) => body.startsWith(`${one} `))).toEqual(own);
  });

  it('carries a text as it is', async () => {
    await using bench = await start();
    const here = await joinBench(bench);
    const there = await joinBench(bench);
    await there.broker.follow('lobby');
    const bodies = [
      '',
      '["say"]\n{"text":"é – 猫 – 🐈"}',
      'a\0b\r\n',
      ' '.repeat(3),
      'x'.repeat(200_000),
      '-1',
    ];
    for (const body of bodies) await here.broker.append(messageOf(body));
    await there.until(bodies.length);
    expect(there.bodies).toEqual(bodies);
    const { entries } = await here.broker.read('lobby', { after: 0, epoch: 'e1' });
    expect(chainOf(entries).bodies).toEqual(bodies);
  });

  it('puts a message above whatever is known of the log', async () => {
    await using bench = await start();
    const { broker } = await joinBench(bench);
    const { at: first } = await broker.append(messageOf('a'));
    const knownAt = first + 86_400_000_000;
    const second = await broker.append(messageOf('b', { knownAt }));
    const third = await broker.append(messageOf('c'));
    expect(second.at).toBe(knownAt + 1);
    expect(third.at).toBe(knownAt + 2);
    const { entries } = await broker.read('lobby', { after: first, epoch: 'e1' });
    expect(entries.map(({ after }) => after)).toEqual([first, second.at]);
  });

  it('calls a log by the epoch that it was made under', async () => {
    await using bench = await start();
    const { broker } = await joinBench(bench);
    const none = { at: 0, floor: 0, entries: [] };
    expect(await broker.read('lobby', { after: 0, epoch: 'e1' })).toEqual({ epoch: 'e1', ...none });
    expect(await broker.read('lobby', { after: 0, epoch: 'e2' })).toEqual({ epoch: 'e1', ...none });
    expect(await broker.append(messageOf('a', { epoch: 'e3' }))).toMatchObject({ epoch: 'e1' });
    expect(await broker.append(messageOf('a', { log: 'hall', epoch: 'e4' }))).toMatchObject({ epoch: 'e4' });
    expect(await broker.touch('attic', 'e5', [])).toEqual({ epoch: 'e5', at: 0, missing: [] });
  });

  it('reads what is kept after a position: all of it, or the newest', async () => {
    await using bench = await start();
    const { broker } = await joinBench(bench);
    const heads = await Promise.all(['a', 'b', 'c', 'd'].map((body) => broker.append(messageOf(body))));
    const [a = 0, , , d = 0] = heads.map(({ at }) => at);
    const bodiesOf = async (range: { after: number; limit?: number }): Promise<string[]> => {
      const page = await broker.read('lobby', { ...range, epoch: 'e2' });
      expect(page).toMatchObject({ epoch: 'e1', at: d, floor: 0 });
      return chainOf(page.entries).bodies;
    };
    expect(await bodiesOf({ after: 0 })).toEqual(['a', 'b', 'c', 'd']);
    expect(await bodiesOf({ after: a })).toEqual(['b', 'c', 'd']);
    expect(await bodiesOf({ after: 0, limit: 2 })).toEqual(['c', 'd']);
    expect(await bodiesOf({ after: a, limit: 10 })).toEqual(['b', 'c', 'd']);
    expect(await bodiesOf({ after: d })).toEqual([]);
    expect(await bodiesOf({ after: afterAll })).toEqual([]);
  });

  it('keeps as many bytes as it may, and says from where on', async () => {
    await using bench = await start();
    const { broker } = await joinBench(bench, { maxLogBytes: 2_000 });
    const bodies = Array.from({ length: 40 }, (_, n) => `${n}`.padEnd(100, '.'));
    const heads = await Promise.all(bodies.map((body) => broker.append(messageOf(body))));
    const page = await broker.read('lobby', { after: 0, epoch: 'e1' });
    expect(page.entries.length).toBeLessThanOrEqual(20);
    // an engine may give up a little more than it must, so that it need not look each time
    expect(page.entries.length).toBeGreaterThanOrEqual(9);
    expect(chainOf(page.entries)).toEqual({ bodies: bodies.slice(-page.entries.length), isWhole: true });
    expect(page.floor).toBe(heads.at(-page.entries.length - 1)?.at);
    await broker.append(messageOf('x'.repeat(10_000)));
    const { entries, at, floor } = await broker.read('lobby', { after: 0, epoch: 'e1' });
    expect(entries).toMatchObject([{ at, after: heads.at(-1)?.at }]);
    expect(floor).toBe(heads.at(-1)?.at);
  });

  it('takes back what an engine has lost where the log stands there, and tells of it', async () => {
    await using bench = await start();
    const { broker } = await joinBench(bench);
    const there = await joinBench(bench);
    await there.broker.follow('lobby');
    await broker.touch('lobby', 'e1', []);
    const [first, second, third] = [
      { at: 5, after: 0, time: 1_000, body: 'a' },
      { at: 9, after: 5, time: 2_000, body: 'b' },
      { at: 12, after: 9, time: 3_000, body: 'c' },
    ];
    const from = { epoch: 'e1', at: 0 };
    expect(await broker.restore('lobby', from, [first, second])).toEqual({ epoch: 'e1', at: 9 });
    // each of these stands elsewhere
    expect(await broker.restore('lobby', from, [first, second])).toEqual({ epoch: 'e1', at: 9 });
    expect(await broker.restore('lobby', { epoch: 'e2', at: 9 }, [third])).toEqual({ epoch: 'e1', at: 9 });
    expect(await broker.restore('lobby', { epoch: 'e1', at: 8 }, [third])).toEqual({ epoch: 'e1', at: 9 });
    expect(await broker.restore('lobby', { epoch: 'e1', at: 9 }, [third])).toEqual({ epoch: 'e1', at: 12 });
    const page = await there.broker.read('lobby', { after: 0, epoch: 'e1' });
    expect(page).toEqual({ epoch: 'e1', at: 12, floor: 0, entries: [first, second, third] });
    const heard = await there.until(3, 'appended');
    const told = [first, second, third].map((entry) => ({
      what: 'appended',
      log: 'lobby',
      epoch: 'e1',
      entry,
    }));
    expect(heard).toEqual(told);
    const { at } = await broker.append(messageOf('d'));
    expect(at).toBeGreaterThan(12);
    expect((await there.until(4)).at(-1)).toMatchObject({ entry: { at, after: 12, body: 'd' } });
  });

  it('gives a log another epoch only from the one that was meant, and tells of it', async () => {
    await using bench = await start();
    const { broker } = await joinBench(bench);
    const there = await joinBench(bench);
    await there.broker.follow('lobby');
    const { at } = await broker.append(messageOf('a'));
    await there.until(1);
    expect(await broker.renew('lobby', 'e0', 'e2')).toEqual({ epoch: 'e1', at });
    expect(await broker.renew('lobby', 'e1', 'e2')).toEqual({ epoch: 'e2', at });
    expect(await broker.renew('lobby', 'e1', 'e3')).toEqual({ epoch: 'e2', at });
    await there.until(2);
    expect(there.heard.slice(1)).toEqual([{ what: 'renewed', log: 'lobby' }]);
    const next = await broker.append(messageOf('b'));
    expect(next).toMatchObject({ epoch: 'e2' });
    const page = await there.broker.read('lobby', { after: 0, epoch: 'e4' });
    expect(page).toMatchObject({ epoch: 'e2', at: next.at, floor: 0 });
    expect(chainOf(page.entries)).toEqual({ bodies: ['a', 'b'], isWhole: true });
    await there.until(3);
    expect(there.heard.slice(1).map(({ what }) => what)).toEqual(['renewed', 'appended']);
  });

  it('says where a log stands that it is to keep, and who is not in its room', async () => {
    await using bench = await start();
    const { broker } = await joinBench(bench);
    const { at } = await broker.append(messageOf('a'));
    expect(await broker.touch('lobby', 'e2', ['s_1'])).toEqual({ epoch: 'e1', at, missing: ['s_1'] });
    expect(await broker.members('lobby')).toEqual([]);
    await broker.enter('lobby', { id: 's_1', userId: undefined, info: 'null' });
    expect(await broker.touch('lobby', 'e2', ['s_2', 's_1'])).toMatchObject({ missing: ['s_2'] });
  });
}
