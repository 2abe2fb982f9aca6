// What any broker must know about presence: members of rooms, clients, users and processes; and how a process joins and leaves.
import { expect, it } from 'vitest';
import type { SharedMember } from '../broker.js';
import { joinBench, messageOf, type BrokerBench, type BrokerProcess } from './broker-bench.fixture.js';

const ann: SharedMember = { id: 's_1', userId: 'ann', info: '{"name":"Ann"}' };
const bob: SharedMember = { id: 's_2', userId: undefined, info: 'null' };

export function describePresence(start: () => Promise<BrokerBench>): void {
  it('knows who is in a room, whatever process they came by', async () => {
    await using bench = await start();
    const here = await joinBench(bench);
    const there = await joinBench(bench);
    const membersOf = async ({ broker }: BrokerProcess, room: string): Promise<SharedMember[]> =>
      [...(await broker.members(room))].sort((one, other) => one.id.localeCompare(other.id));
    await here.broker.enter('lobby', ann);
    await there.broker.enter('lobby', bob);
    await there.broker.enter('hall', ann);
    expect(await membersOf(there, 'hall')).toEqual([ann]);
    await here.broker.members('lobby');
    expect(await membersOf(there, 'lobby')).toEqual([ann, bob]);
    await here.broker.enter('lobby', { ...ann, info: '{"name":"Anna"}' });
    const left = [there.broker.leave('lobby', bob.id), there.broker.leave('lobby', 's_9')];
    expect(await Promise.all([...left, there.broker.leave('attic', 's_9')])).toEqual([true, true, true]);
    await there.broker.members('lobby');
    expect(await membersOf(here, 'lobby')).toEqual([{ ...ann, info: '{"name":"Anna"}' }]);
    expect(await membersOf(here, 'attic')).toEqual([]);
  });

  it('adds up the clients of all processes, and counts a user once', async () => {
    await using bench = await start();
    const here = await joinBench(bench);
    const there = await joinBench(bench);
    here.broker.beat(3, ['ann', 'bob']);
    await here.broker.counts();
    there.broker.beat(2, new Set(['bob', 'carl']));
    expect(await there.broker.counts()).toEqual({ clients: 5, users: 3, processes: 2 });
    there.broker.beat(1, []);
    expect(await there.broker.counts()).toEqual({ clients: 4, users: 2, processes: 2 });
    expect(await here.broker.isAlive(there.id)).toBe(true);
    expect(await here.broker.isAlive('nobody')).toBe(false);
  });

  it('hears no more of a process that has left', async () => {
    await using bench = await start();
    const here = await joinBench(bench);
    const there = await joinBench(bench);
    here.broker.beat(1, ['ann']);
    there.broker.beat(2, ['bob']);
    await there.broker.counts();
    await there.broker.close();
    expect(await here.broker.isAlive(there.id)).toBe(false);
    expect(await here.broker.counts()).toEqual({ clients: 1, users: 1, processes: 1 });
  });

  it('knows a process from when it has joined', async () => {
    await using bench = await start();
    const here = await joinBench(bench);
    const there = await joinBench(bench);
    expect(await here.broker.isAlive(there.id)).toBe(true);
  });

  it('joins once', async () => {
    await using bench = await start();
    const { broker, listener, id } = await joinBench(bench);
    const again = { processId: `${id} again`, maxLogBytes: 1, maxLogAgeMs: 1, sessionMs: 1 };
    await expect(async () => broker.join(listener, again)).rejects.toThrow(TypeError);
  });

  it('closes once, and does nothing any more', async () => {
    await using bench = await start();
    const here = await joinBench(bench);
    const there = await joinBench(bench);
    await Promise.all([here.broker.follow('lobby'), there.broker.follow('lobby')]);
    await Promise.all([here.broker.close(), here.broker.close()]);
    await here.broker.close();
    await expect(here.broker.append(messageOf('a'))).rejects.toThrow();
    await expect(here.broker.latest('lobby')).rejects.toThrow();
    await expect(here.broker.follow('hall')).rejects.toThrow();
    here.broker.emit('lobby', 'a');
    expect(await here.broker.tell(there.id, 'a')).toBeUndefined();
    await here.broker.enter('lobby', ann);
    await there.broker.append(messageOf('b'));
    await there.until(1);
    await there.caughtUp();
    expect(there.bodies).toEqual(['b']);
    expect(here.heard).toEqual([]);
  });
}
