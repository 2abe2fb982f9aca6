// What any broker must let processes hear: from the logs that they follow, and from each other.
import { expect, it } from 'vitest';
import { chainOf, joinBench, messageOf, type BrokerBench } from './broker-bench.fixture.js';

export function describeMessages(start: () => Promise<BrokerBench>): void {
  it('tells those who follow a log of what it took, as it took it', async () => {
    await using bench = await start();
    const here = await joinBench(bench);
    const there = await joinBench(bench);
    await Promise.all([here.broker.follow('lobby'), there.broker.follow('lobby')]);
    const bodies = Array.from({ length: 30 }, (_, n) => `${n}`);
    await Promise.all(bodies.map((body) => here.broker.append(messageOf(body))));
    const { entries } = await here.broker.read('lobby', { after: 0, epoch: 'e1' });
    const told = entries.map((entry) => ({ what: 'appended', log: 'lobby', epoch: 'e1', entry }));
    expect(await there.until(30)).toEqual(told);
    expect(await here.until(30)).toEqual(told);
  });

  it('tells nobody of what they do not follow, not yet or not any more', async () => {
    await using bench = await start();
    const here = await joinBench(bench);
    const there = await joinBench(bench);
    await here.broker.append(messageOf('too early'));
    await there.broker.follow('lobby');
    await here.broker.append(messageOf('elsewhere', { log: 'hall' }));
    here.broker.emit('hall', 'elsewhere');
    await here.broker.append(messageOf('heard'));
    await there.until(1);
    there.broker.unfollow('lobby');
    await here.broker.append(messageOf('too late'));
    here.broker.emit('lobby', 'too late');
    await here.broker.keepLatest('lobby', 'slot', 'too late');
    await here.broker.latest('lobby');
    await there.caughtUp();
    expect(there.bodies).toEqual(['heard']);
  });

  it('lets everything be heard from when a log is followed, again as often as it is', async () => {
    await using bench = await start();
    const here = await joinBench(bench);
    const there = await joinBench(bench);
    const heard: string[] = [];
    for (const body of ['a', 'b', 'c']) {
      await Promise.all([there.broker.follow('lobby'), there.broker.follow('lobby')]);
      await there.broker.follow('lobby');
      await here.broker.append(messageOf(body));
      heard.push(body);
      await there.until(heard.length);
      await there.caughtUp();
      expect(there.bodies).toEqual(heard);
      there.broker.unfollow('lobby');
    }
  });

  it('says what no log keeps', async () => {
    await using bench = await start();
    const here = await joinBench(bench);
    const there = await joinBench(bench);
    await there.broker.follow('lobby');
    here.broker.emit('lobby', 'a');
    here.broker.emit('lobby', 'b');
    const none = { slot: undefined, time: undefined };
    const emitted = ['a', 'b'].map((body) => ({ what: 'emitted', log: 'lobby', body, ...none }));
    expect(await there.until(2)).toEqual(emitted);
    expect((await here.broker.read('lobby', { after: 0, epoch: 'e1' })).entries).toEqual([]);
    expect(await here.broker.latest('lobby')).toEqual([]);
  });

  it('keeps the newest value of each slot for those who come later', async () => {
    await using bench = await start();
    const here = await joinBench(bench);
    const there = await joinBench(bench);
    await there.broker.follow('lobby');
    const said = [
      ['cursor:ann', '1'],
      ['cursor:bob', '2'],
      ['cursor:ann', '3'],
    ] as const;
    for (const [slot, body] of said) await here.broker.keepLatest('lobby', slot, body);
    const time: unknown = expect.any(Number);
    const told = said.map(([slot, body]) => ({ what: 'emitted', log: 'lobby', body, slot, time }));
    const heard = await there.until(3);
    expect(heard).toEqual(told);
    const values = await there.broker.latest('lobby');
    expect(values.map(({ body }) => body).sort()).toEqual(['2', '3']);
    // which of two is the newer one is told by the clock that has set them both
    for (const value of values) expect(heard).toContainEqual(expect.objectContaining(value));
    expect(await there.broker.latest('hall')).toEqual([]);
  });

  it('tells in the order in which one process said it, whatever is kept of it', async () => {
    await using bench = await start();
    const here = await joinBench(bench);
    const there = await joinBench(bench);
    await there.broker.follow('lobby');
    const said = [here.broker.append(messageOf('a')), here.broker.append(messageOf('b'))];
    here.broker.emit('lobby', 'c');
    said.push(here.broker.append(messageOf('d')));
    const kept = here.broker.keepLatest('lobby', 'slot', 'e');
    said.push(here.broker.append(messageOf('f')));
    await Promise.all([...said, kept]);
    const bodies = (await there.until(6)).map((one) => {
      if (one.what === 'appended') return one.entry.body;
      return one.what === 'emitted' ? one.body : one.what;
    });
    expect(bodies).toEqual([...'abcdef']);
  });

  it('says something to one process, and drops what nobody is there for', async () => {
    await using bench = await start();
    const here = await joinBench(bench);
    const there = await joinBench(bench);
    const isHeard = ['nobody', there.id, there.id].map((id, index) =>
      here.broker.tell(id, ['lost', '{"take":"over"}\n', 'b'][index] ?? ''),
    );
    expect(await Promise.all(isHeard)).toEqual([false, true, true]);
    expect(await there.until(2)).toEqual([
      { what: 'told', text: '{"take":"over"}\n' },
      { what: 'told', text: 'b' },
    ]);
    await here.caughtUp();
    expect(here.heard).toEqual([]);
  });

  it('appends once what it must try again over lines that break', async () => {
    await using bench = await start();
    const here = await joinBench(bench);
    const there = await joinBench(bench);
    const bodies: string[] = [];
    const accepted: Promise<{ readonly at: number }>[] = [];
    for (let turn = 0; turn < 5; turn += 1) {
      for (let n = 0; n < 20; n += 1) {
        const body = `${turn} ${n}`;
        bodies.push(body);
        accepted.push(here.broker.append(messageOf(body)));
        // somebody takes part of what is under way
        if (n === 10) await Promise.race([accepted.at(-3), accepted.at(-1)]);
      }
      await bench.breakLines();
    }
    const heads = await Promise.all(accepted);
    const { entries } = await there.broker.read('lobby', { after: 0, epoch: 'e1' });
    expect(chainOf(entries)).toEqual({ bodies, isWhole: true });
    expect(heads.map(({ at }) => at)).toEqual(entries.map(({ at }) => at));
  });

  it('holds appends back after lines broke, until the process has looked around', async () => {
    await using bench = await start();
    const here = await joinBench(bench);
    await here.broker.follow('lobby');
    let lookedAround = (): void => undefined;
    here.looking = new Promise((resolve) => (lookedAround = resolve));
    await bench.breakLines();
    await here.until(1, 'returned');
    const accepted = here.broker.append(messageOf('a'));
    expect((await here.broker.read('lobby', { after: 0, epoch: 'e1' })).entries).toEqual([]);
    lookedAround();
    await accepted;
    expect((await here.broker.read('lobby', { after: 0, epoch: 'e1' })).entries).toHaveLength(1);
  });

  it('follows again after lines broke, before it says that it is back', async () => {
    await using bench = await start();
    const here = await joinBench(bench);
    const there = await joinBench(bench);
    await there.broker.follow('lobby');
    await there.broker.follow('hall');
    await bench.breakLines();
    await there.until(1, 'returned');
    await here.broker.append(messageOf('a'));
    await here.broker.append(messageOf('b', { log: 'hall' }));
    await there.until(2, 'appended');
    expect(there.bodies).toEqual(['a', 'b']);
  });
}
