// What any broker must forget, and after how long. It is apart from the rest because it needs a clock that the test controls.
import { describe, expect, it } from 'vitest';
import { chainOf, joinBench, messageOf, type TimedBrokerBench } from './broker-bench.fixture.js';

const ann = { id: 's_1', userId: 'ann', info: '{}' };
const bob = { id: 's_2', userId: 'bob', info: '{}' };

/** Runs what a broker must fulfil while time goes by. `start` makes an engine that nobody has used. */
export function describeBrokerInTime(name: string, start: () => Promise<TimedBrokerBench>): void {
  describe(name, () => {
    it('forgets within 60 s the members of a process that keeps none', async () => {
      await using bench = await start();
      const here = await joinBench(bench);
      const there = await joinBench(bench);
      await here.broker.enter('lobby', ann);
      await here.broker.enter('lobby', bob);
      await here.broker.members('lobby');
      for (let turn = 0; turn < 6; turn += 1) {
        await bench.pass(10_000);
        await here.broker.touch('lobby', 'e1', [ann.id]);
      }
      expect(await there.broker.members('lobby')).toEqual([ann]);
      await bench.pass(60_000);
      expect(await there.broker.members('lobby')).toEqual([]);
    });

    it('counts a process no more that was not heard of for long', async () => {
      await using bench = await start();
      const here = await joinBench(bench);
      const there = await joinBench(bench);
      there.broker.beat(2, ['ann']);
      await there.broker.counts();
      for (let turn = 0; turn < 6; turn += 1) {
        await bench.pass(10_000);
        here.broker.beat(1, ['bob']);
      }
      expect(await here.broker.counts()).toEqual({ clients: 1, users: 1, processes: 1 });
      expect(await here.broker.isAlive(there.id)).toBe(false);
      expect(await there.broker.isAlive(here.id)).toBe(true);
    });

    it('gives a session for as long as it is renewed, and then a while', async () => {
      await using bench = await start();
      const { broker } = await joinBench(bench, { sessionMs: 30_000 });
      const claim = { id: 's_1', userId: undefined, token: 't1', nextToken: 't2' };
      await broker.openSession({ id: 's_1', userId: undefined, token: 't1', state: '' });
      for (let turn = 0; turn < 3; turn += 1) {
        await bench.pass(20_000);
        expect(await broker.commitSession({ id: 's_1', generation: 1 })).toBe('kept');
      }
      await bench.pass(20_000);
      expect(await broker.claimSession(claim)).toMatchObject({ generation: 2 });
      await bench.pass(30_000);
      expect(await broker.claimSession(claim)).toBeUndefined();
      expect(await broker.findSession('s_1')).toBeUndefined();
    });

    it('gives up messages that are too old, but not the newest', async () => {
      await using bench = await start();
      const { broker } = await joinBench(bench, { maxLogAgeMs: 10_000 });
      const { at: first } = await broker.append(messageOf('a'));
      await bench.pass(6_000);
      const { at: second } = await broker.append(messageOf('b'));
      await bench.pass(6_000);
      const { at: third } = await broker.append(messageOf('c'));
      const page = await broker.read('lobby', { after: 0, epoch: 'e1' });
      expect(chainOf(page.entries)).toEqual({ bodies: ['b', 'c'], isWhole: true });
      expect(page).toMatchObject({ at: third, floor: first });
      await bench.pass(10_001);
      const { at: fourth } = await broker.append(messageOf('d'));
      expect(await broker.read('lobby', { after: second, epoch: 'e1' })).toMatchObject({
        at: fourth,
        floor: third,
        entries: [{ at: fourth, after: third }],
      });
    });
  });
}
