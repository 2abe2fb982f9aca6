import { describe, expect, it, vi } from 'vitest';
import { createManualClock } from '@wirepact/core/testing';
import { createMemoryEngine } from './memory/memory-engine.fixture.js';
import { RecentAppends } from './recent-appends.js';
import { settle } from '../test-server.fixture.js';

const never = () => false;
const head = (at: number) => ({ epoch: 'e', at });

/** Remembers what was appended to the lobby at some positions, of which the engine holds these. */
function start(noted: readonly number[] = [], held: readonly number[] = []) {
  const clock = createManualClock();
  const broker = createMemoryEngine({ clock }).broker();
  const recent = new RecentAppends(broker, clock);
  for (const at of noted) recent.note('lobby', head(at), `${at}`);
  const entries = held.map((at) => ({ at, after: at - 1, time: 0, body: `${at}` }));
  broker.read = async () => ({ epoch: 'e', at: held.at(-1) ?? 0, floor: 0, entries });
  return { clock, broker, recent };
}

it('remembers a megabyte, however much is appended', () => {
  const clock = createManualClock();
  const recent = new RecentAppends(createMemoryEngine({ clock }).broker(), clock);
  const body = 'x'.repeat(10_000);
  for (let n = 1; n <= 1_000; n += 1) recent.note(`log ${n}`, head(n), body);
  const known = Array.from({ length: 1_000 }, (_, index) => recent.knownAt(`log ${index + 1}`)).filter(
    (at) => at > 0,
  );
  expect(known).toHaveLength(Math.floor(1_048_576 / body.length));
  expect(known.at(-1)).toBe(1_000);
});

it('remembers what was appended in the ten seconds before the newest', () => {
  const clock = createManualClock();
  const recent = new RecentAppends(createMemoryEngine({ clock }).broker(), clock);
  for (let second = 1; second <= 30; second += 1) {
    clock.advance(1_000);
    recent.note(`log ${second}`, head(second), 'x');
  }
  expect([recent.knownAt('log 19'), recent.knownAt('log 20'), recent.knownAt('log 30')]).toEqual([0, 20, 30]);
});

it('looks again only at what it could not be sure of, and at few logs at a time', async () => {
  const { broker, clock, recent } = start();
  for (let n = 0; n < 20; n += 1) recent.note(`log ${n}`, head(1), 'x');
  const asked: string[] = [];
  let underWay = 0;
  let most = 0;
  broker.read = async (log) => {
    asked.push(log);
    most = Math.max(most, (underWay += 1));
    await Promise.resolve();
    underWay -= 1;
    // the engine may have been away
    if (log === 'log 19') {
      await settle();
      clock.advance(1_200);
    }
    return { ...head(1), floor: 0, entries: [{ at: 1, after: 0, time: 0, body: 'x' }] };
  };
  expect(await recent.verify('all', never)).toEqual(new Set(['log 19']));
  expect([asked.length, most]).toEqual([20, 16]);
  asked.length = 0;
  expect(await recent.verify(new Set(['log 19', 'log 20']), never)).toEqual(new Set(['log 19']));
  expect(asked).toEqual(['log 19']);
});

it('gives back what is lost in its old place until the engine has taken it, and the rest meanwhile', async () => {
  const { broker, recent } = start();
  const lost = new Set(['lobby', 'hall']);
  for (const log of lost) {
    recent.note(log, head(1), 'kept');
    recent.note(log, head(2), log);
  }
  broker.read = async (log) => {
    const kept = { at: 1, after: 0, time: 0, body: 'kept' };
    const entries = lost.has(log) ? [kept] : [kept, { at: 2, after: 1, time: 0, body: log }];
    return { epoch: 'e', at: lost.has(log) ? 1 : 2, floor: 0, entries };
  };
  let isFull = true;
  const restore = vi.spyOn(broker, 'restore').mockImplementation(async (log, { at }, entries) => {
    if (isFull && log === 'lobby') throw new Error('the queue is full');
    expect([at, ...entries.map(({ at, after, body }) => [at, after, body])]).toEqual([1, [2, 1, log]]);
    lost.delete(log);
    return head(2);
  });
  expect(await recent.verify('all', never)).toEqual(new Set(['lobby']));
  isFull = false;
  expect(await recent.verify(new Set(['lobby']), never)).toEqual(new Set());
  expect(await recent.verify('all', never)).toEqual(new Set());
  expect(restore).toHaveBeenCalledTimes(3);
});

it('looks again where somebody was faster to write, or to give it back', async () => {
  const { broker, recent } = start([1, 2], [1]);
  vi.spyOn(broker, 'restore').mockResolvedValue(head(3));
  expect(await recent.verify('all', never)).toEqual(new Set(['lobby']));
});

it('tells of what is lost before it appends that again, where later ones were taken', async () => {
  const { broker, recent } = start([1, 2, 3, 4], [1, 3]);
  const done: string[] = [];
  let isAway = true;
  broker.renew = async (log) => {
    if (isAway) throw new Error('the engine is away');
    done.push(`renewed ${log}`);
    return { epoch: 'f', at: 3 };
  };
  broker.append = async ({ body }) => {
    done.push(body);
    return { epoch: 'f', at: 4 };
  };
  expect(await recent.verify('all', never)).toEqual(new Set(['lobby']));
  isAway = false;
  expect(await recent.verify('all', never)).toEqual(new Set());
  expect(done).toEqual(['renewed lobby', '2', '4']);
});

it('appends it again until the engine takes it, also where it was told before', async () => {
  const { broker, recent } = start([1, 2, 3, 4], [1, 3]);
  let epoch = 'e';
  const { read } = broker;
  broker.read = async (log, range) => ({ ...(await read(log, range)), epoch });
  broker.renew = async () => ({ epoch: (epoch += '+'), at: 3 });
  const append = vi.spyOn(broker, 'append').mockRejectedValue(new Error('the queue is full'));
  expect(await recent.verify('all', never)).toEqual(new Set(['lobby']));
  expect(await recent.verify(new Set(['lobby']), never)).toEqual(new Set(['lobby']));
  append.mockReset().mockImplementation(async () => ({ epoch, at: 4 + append.mock.calls.length }));
  expect(await recent.verify(new Set(['lobby']), never)).toEqual(new Set());
  expect(append.mock.calls.map(([{ body, epoch: its }]) => [body, its])).toEqual([
    ['2', 'e+++'],
    ['4', 'e+++'],
  ]);
});

it('tells of it as well where later ones are on their way', async () => {
  const { broker, recent } = start([1, 2], [1]);
  void recent.track('lobby', '3', new Promise(() => undefined));
  broker.append = async () => head(4);
  const renew = vi.spyOn(broker, 'renew').mockResolvedValue(head(4));
  expect(await recent.verify('all', never)).toEqual(new Set());
  expect(renew).toHaveBeenCalledOnce();
});

it('waits longer where nothing older is held: the log may have been made anew under its old epoch', async () => {
  const { broker, clock, recent } = start([1, 2], [2]);
  const again = vi.spyOn(broker, 'append').mockResolvedValue(head(4));
  vi.spyOn(broker, 'renew').mockResolvedValue(head(4));
  for (const ms of [0, 1_999]) {
    clock.advance(ms);
    expect(await recent.verify('all', never)).toEqual(new Set(['lobby']));
  }
  expect(again).not.toHaveBeenCalled();
  clock.advance(1);
  expect(await recent.verify('all', never)).toEqual(new Set());
  expect(again).toHaveBeenCalledOnce();
});

it('trusts nothing that was read while the engine was away', async () => {
  const { recent } = start([1], [1]);
  expect(await recent.verify('all', () => true)).toEqual(new Set(['lobby']));
});

describe('after a return', () => {
  /** From which position on the lobby is read, of which the engine holds these. */
  function watchReads(noted: readonly number[], held: readonly number[]) {
    const started = start(noted, held);
    const read = vi.spyOn(started.broker, 'read');
    const takeReads = (): number[] => read.mock.calls.splice(0).map(([, { after }]) => after);
    return { ...started, takeReads };
  }

  it('looks no further where the last of what was taken before is held', async () => {
    const { recent, takeReads } = watchReads([1, 2, 3], [1, 2, 3, 4]);
    recent.noteReturn();
    recent.note('lobby', head(4), '4');
    expect(await recent.verify('all', never)).toEqual(new Set());
    expect(takeReads()).toEqual([2]);
  });

  it('does not look where nothing was sent before', async () => {
    const { recent, takeReads } = watchReads([], [1]);
    recent.noteReturn();
    recent.note('lobby', head(1), '1');
    expect(await recent.verify('all', never)).toEqual(new Set());
    expect(takeReads()).toEqual([]);
  });

  it('looks at all of it where that is missing, until it is found', async () => {
    const { broker, recent, takeReads } = watchReads([1, 2, 3], [1]);
    const restore = vi
      .spyOn(broker, 'restore')
      .mockRejectedValueOnce(new Error('away'))
      .mockResolvedValue(head(3));
    recent.noteReturn();
    expect(await recent.verify('all', never)).toEqual(new Set(['lobby']));
    expect(await recent.verify(new Set(['lobby']), never)).toEqual(new Set());
    expect(takeReads()).toEqual([2, 0, 0]);
    expect(restore.mock.lastCall?.[2].map(({ at }) => at)).toEqual([2, 3]);
  });

  it('looks at all of it where the engine came back twice, for what was sent in between', async () => {
    const { broker, recent, takeReads } = watchReads([1], [1]);
    const restore = vi.spyOn(broker, 'restore').mockResolvedValue(head(2));
    recent.noteReturn();
    recent.note('lobby', head(2), '2');
    recent.noteReturn();
    expect(await recent.verify('all', never)).toEqual(new Set());
    expect(takeReads()).toEqual([0]);
    expect(restore).toHaveBeenCalledOnce();
  });

  it('looks at all of it where something is missing without a return', async () => {
    const { recent, takeReads } = watchReads([1, 2], [1, 2]);
    expect(await recent.verify('all', never)).toEqual(new Set());
    recent.noteReturn();
    expect(await recent.verify('all', never)).toEqual(new Set());
    expect(takeReads()).toEqual([0, 1]);
  });
});
