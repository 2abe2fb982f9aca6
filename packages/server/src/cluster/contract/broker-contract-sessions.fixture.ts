// What any broker must do with sessions: who may claim one, and whose commits count.
import { expect, it } from 'vitest';
import type { SessionRecord } from '../broker.js';
import { joinBench, type BrokerBench } from './broker-bench.fixture.js';

const record: SessionRecord = { id: 's_1', userId: 'ann', token: 't1', state: '{"rooms":[]}' };

/** What a client says that comes with its newest secret. */
const claim = { id: 's_1', userId: 'ann', token: 't1', nextToken: 't2' };

export function describeSessions(start: () => Promise<BrokerBench>): void {
  it('gives a session to who knows its secret, as it was put down last', async () => {
    await using bench = await start();
    const here = await joinBench(bench);
    const there = await joinBench(bench);
    await here.broker.openSession(record);
    const answers = new Map([
      [7, '{"a":1}'],
      [8, 'b'],
      [900, ''],
    ]);
    expect(await here.broker.commitSession({ id: 's_1', generation: 1, done: '[[1,7]]', answers })).toBe(
      'kept',
    );
    expect(
      await here.broker.commitSession({
        id: 's_1',
        generation: 1,
        state: '{"rooms":["lobby"]}',
        answers: new Map([[8, 'c']]),
        answersGone: [7, 4],
      }),
    ).toBe('kept');
    expect(await there.broker.claimSession(claim)).toEqual({
      generation: 2,
      processId: here.id,
      holders: [here.id],
      state: '{"rooms":["lobby"]}',
      done: '[[1,7]]',
      answers: new Map([
        [8, 'c'],
        [900, ''],
      ]),
    });
    expect(await here.broker.findSession('s_1')).toEqual({ id: 's_1', processId: there.id });
  });

  it('keeps no answer that is named as gone, also where it is given in the same breath', async () => {
    await using bench = await start();
    const { broker } = await joinBench(bench);
    await broker.openSession({ ...record, answers: new Map([[3, 'c']]) });
    const answers = new Map([
      [1, 'a'],
      [2, 'b'],
    ]);
    await broker.commitSession({ id: 's_1', generation: 1, answers, answersGone: [1] });
    await broker.commitSession({ id: 's_1', generation: 1, answersGone: [3] });
    expect((await broker.claimSession(claim))?.answers).toEqual(new Map([[2, 'b']]));
  });

  it('gives it for the newest secret, the one that the client came with before, and any that was given for that', async () => {
    await using bench = await start();
    const { broker } = await joinBench(bench);
    const claimWith = (token: string, nextToken: string) =>
      broker.claimSession({ ...claim, token, nextToken });
    await broker.openSession(record);
    expect(await claimWith('t1', 't2')).toMatchObject({ generation: 2 });
    // the answer with t2 was lost on its way, or these are older claims that come late, and the client has t2
    expect(await claimWith('t1', 't3')).toMatchObject({ generation: 3 });
    expect(await claimWith('t1', 't4')).toMatchObject({ generation: 4 });
    expect(await claimWith('', 't7')).toBeUndefined();
    expect(await claimWith('t2', 't5')).toMatchObject({ generation: 5 });
    expect(await claimWith('t5', 't6')).toMatchObject({ generation: 6 });
    for (const token of ['t1', 't2', 't3', 't4']) expect(await claimWith(token, 't7')).toBeUndefined();
    expect(await claimWith('t5', 't7')).toMatchObject({ generation: 7 });
  });

  it('gives it for the newest secret alone once the client has shown that it has that', async () => {
    await using bench = await start();
    const { broker } = await joinBench(bench);
    await broker.openSession(record);
    await broker.claimSession({ ...claim, nextToken: 't0' });
    await broker.claimSession(claim);
    expect(await broker.commitSession({ id: 's_1', generation: 3, isConfirmed: true })).toBe('kept');
    for (const token of ['t0', 't1', ''])
      expect(await broker.claimSession({ ...claim, token, nextToken: 't3' })).toBeUndefined();
    const next = { ...claim, token: 't2', nextToken: 't3' };
    expect(await broker.claimSession(next)).toMatchObject({ generation: 4 });
  });

  it.each([
    ['another secret', { token: 't9' }],
    ['no secret', { token: '' }],
    ['another user', { userId: 'bob' }],
    ['no user', { userId: undefined }],
    ['a session that there is not', { id: 's_9' }],
  ])('gives nothing for %s, and leaves the session as it is', async (_, wrong) => {
    await using bench = await start();
    const here = await joinBench(bench);
    const there = await joinBench(bench);
    await here.broker.openSession(record);
    expect(await there.broker.claimSession({ ...claim, ...wrong })).toBeUndefined();
    expect(await there.broker.findSession('s_1')).toEqual({ id: 's_1', processId: here.id });
    expect(await there.broker.claimSession(claim)).toMatchObject({ generation: 2, processId: here.id });
  });

  it('tells nobody from somebody whose id is empty', async () => {
    await using bench = await start();
    const { broker } = await joinBench(bench);
    await broker.openSession({ ...record, userId: undefined });
    expect(await broker.claimSession({ ...claim, userId: '' })).toBeUndefined();
    expect(await broker.claimSession({ ...claim, userId: 'undefined' })).toBeUndefined();
    expect(await broker.claimSession({ ...claim, userId: undefined })).toMatchObject({ generation: 2 });
  });

  it('hands a session that two claim at once from one to the other', async () => {
    await using bench = await start();
    const here = await joinBench(bench);
    const there = await joinBench(bench);
    await here.broker.openSession(record);
    const claimed = await Promise.all([
      here.broker.claimSession(claim),
      there.broker.claimSession({ ...claim, nextToken: 't3' }),
    ]);
    expect(claimed.map((session) => session?.generation).sort()).toEqual([2, 3]);
    const last = claimed[0]?.generation === 3 ? here : there;
    expect(await here.broker.findSession('s_1')).toEqual({ id: 's_1', processId: last.id });
  });

  it('names all who had a session since it was last put down who handles something of it', async () => {
    await using bench = await start();
    const [one, other, third] = [await joinBench(bench), await joinBench(bench), await joinBench(bench)];
    const claimOf = async ({ broker }: typeof one): Promise<readonly string[]> =>
      [...((await broker.claimSession({ ...claim, nextToken: 't1' }))?.holders ?? [])].sort();
    const ids = (...of: readonly (typeof one)[]): readonly string[] => of.map(({ id }) => id).sort();
    await one.broker.openSession(record);
    expect(await claimOf(other)).toEqual(ids(one));
    expect(await claimOf(third)).toEqual(ids(one, other));
    // each once
    expect(await claimOf(one)).toEqual(ids(one, other, third));
    expect(await claimOf(third)).toEqual(ids(one, other, third));
    expect(await third.broker.commitSession({ id: 's_1', generation: 5, done: '[]' })).toBe('kept');
    expect(await claimOf(one)).toEqual(ids(one, other, third));
    expect(await one.broker.commitSession({ id: 's_1', generation: 6, holders: [] })).toBe('kept');
    expect(await claimOf(third)).toEqual(ids(one));
    expect(await third.broker.commitSession({ id: 's_1', generation: 7, holders: [other.id] })).toBe('kept');
    expect(await claimOf(one)).toEqual(ids(other, third));
    const holders = [third.id];
    expect(await one.broker.openSession({ ...record, generation: 8, holders })).toBe('kept');
    expect(await claimOf(other)).toEqual(ids(one, third));
  });

  it('names only the last of very many who may know more of a session', async () => {
    await using bench = await start();
    const { broker, id } = await joinBench(bench);
    await broker.openSession(record);
    const holders = Array.from({ length: 1_000 }, (_, index) => `process-${index}`);
    await broker.commitSession({ id: 's_1', generation: 1, holders });
    const named = (await broker.claimSession(claim))?.holders ?? [];
    expect(named.length).toBeLessThan(100);
    expect(named).toEqual([...holders, id].slice(-named.length));
  });

  it('refuses what a process puts down that has the session no more', async () => {
    await using bench = await start();
    const here = await joinBench(bench);
    const there = await joinBench(bench);
    await here.broker.openSession(record);
    await there.broker.claimSession(claim);
    const late = { id: 's_1', generation: 1, state: 'late', done: 'late', answers: new Map([[1, 'late']]) };
    expect(await here.broker.commitSession({ ...late, isConfirmed: true })).toBe('elsewhere');
    await here.broker.endSession('s_1', 1);
    expect(await there.broker.commitSession({ id: 's_1', generation: 2, done: '[]' })).toBe('kept');
    expect(await there.broker.claimSession({ ...claim, nextToken: 't3' })).toMatchObject({
      generation: 3,
      state: record.state,
      done: '[]',
      answers: new Map(),
    });
  });

  it('refuses the same of a process whose claim it has lost, and that another one made again', async () => {
    await using bench = await start();
    const here = await joinBench(bench);
    const there = await joinBench(bench);
    await here.broker.openSession(record);
    expect(await there.broker.claimSession(claim)).toMatchObject({ generation: 2 });
    // to this process its own claim was the second
    const late = { id: 's_1', generation: 2, state: 'late', done: 'late' };
    expect(await here.broker.commitSession(late)).toBe('elsewhere');
    expect(await here.broker.openSession({ ...record, ...late })).toBe('elsewhere');
    expect(await here.broker.endSession('s_1', 2)).toBe(false);
    expect(await there.broker.commitSession({ id: 's_1', generation: 2, done: '[]' })).toBe('kept');
    expect(await there.broker.openSession({ ...record, generation: 2, token: 't2' })).toBe('kept');
    expect(await there.broker.findSession('s_1')).toEqual({ id: 's_1', processId: there.id });
    expect(await there.broker.endSession('s_1', 2)).toBe(true);
  });

  it('says of what was forgotten that it does not know it, and takes it down again as a whole', async () => {
    await using bench = await start();
    const here = await joinBench(bench);
    const there = await joinBench(bench);
    const commit = { id: 's_1', generation: 3, state: '{}', done: '[]' };
    // an engine that was emptied must not look as if every session had gone elsewhere
    expect(await here.broker.commitSession(commit)).toBe('unknown');
    const whole = { ...record, generation: 3, previousToken: 't0', done: '[[1,9]]' };
    const answers = new Map([[9, 'nine']]);
    expect(await here.broker.openSession({ ...whole, answers })).toBe('kept');
    expect(await here.broker.commitSession({ ...commit, state: 'again', done: '[[1,9]]' })).toBe('kept');
    // one that is behind does not undo it
    expect(await there.broker.openSession({ ...whole, generation: 2, state: 'old' })).toBe('elsewhere');
    expect(await there.broker.claimSession({ ...claim, token: 't0' })).toEqual({
      ...{ generation: 4, processId: here.id, holders: [here.id] },
      ...{ state: 'again', done: '[[1,9]]', answers },
    });
    // an engine that went back to a claim before is put right by who made the last one
    expect(await there.broker.commitSession({ ...commit, generation: 5 })).toBe('unknown');
  });

  it('tells who has a session that somebody else has ended it', async () => {
    await using bench = await start();
    const here = await joinBench(bench);
    const there = await joinBench(bench);
    await here.broker.openSession(record);
    await there.broker.endSession('s_1');
    expect(await here.broker.commitSession({ id: 's_1', generation: 1 })).toBe('ended');
    expect(await here.broker.openSession(record)).toBe('ended');
    expect(await there.broker.findSession('s_1')).toBeUndefined();
    expect(await here.broker.endOf('s_1')).toBeUndefined();
  });

  it('keeps what was said when somebody else ended a session, for who has it', async () => {
    await using bench = await start();
    const here = await joinBench(bench);
    const there = await joinBench(bench);
    await here.broker.openSession(record);
    expect(await here.broker.endOf('s_1')).toBeUndefined();
    expect(await here.broker.endOf('s_2')).toBeUndefined();
    expect(await there.broker.endSession('s_1', undefined, '{"code":4001}')).toBe(true);
    // it is ended by now
    expect(await there.broker.endSession('s_1', undefined, 'once more')).toBe(false);
    await here.broker.endSession('s_1', 1);
    expect(await here.broker.endOf('s_1')).toBe('{"code":4001}');
  });

  it('ends a session by who has it, or by anybody who says no generation', async () => {
    await using bench = await start();
    const here = await joinBench(bench);
    const there = await joinBench(bench);
    for (const id of ['s_1', 's_2']) await here.broker.openSession({ ...record, id });
    expect(await here.broker.endSession('s_1', 2)).toBe(false);
    expect(await here.broker.endSession('s_1', 1)).toBe(true);
    expect(await there.broker.endSession('s_2')).toBe(true);
    expect(await there.broker.endSession('s_3')).toBe(false);
    for (const id of ['s_1', 's_2']) {
      expect(await there.broker.findSession(id)).toBeUndefined();
      expect(await there.broker.claimSession({ ...claim, id })).toBeUndefined();
    }
    expect(await there.broker.sessionsOf('ann')).toEqual([]);
  });

  it('finds the sessions of a user, wherever they are', async () => {
    await using bench = await start();
    const here = await joinBench(bench);
    const there = await joinBench(bench);
    await here.broker.openSession(record);
    await there.broker.openSession({ ...record, id: 's_2' });
    await there.broker.openSession({ ...record, id: 's_3', userId: 'bob' });
    await there.broker.openSession({ ...record, id: 's_4', userId: undefined });
    const placesOf = async (userId: string): Promise<unknown[]> =>
      [...(await here.broker.sessionsOf(userId))].sort((one, other) => one.id.localeCompare(other.id));
    expect(await placesOf('ann')).toEqual([
      { id: 's_1', processId: here.id },
      { id: 's_2', processId: there.id },
    ]);
    await there.broker.claimSession(claim);
    expect(await placesOf('ann')).toEqual([
      { id: 's_1', processId: there.id },
      { id: 's_2', processId: there.id },
    ]);
    expect(await placesOf('carl')).toEqual([]);
    expect(await here.broker.findSession('s_4')).toEqual({ id: 's_4', processId: there.id });
  });
}
