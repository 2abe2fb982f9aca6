import type { Delivery } from '@wirepact/core';
import { createManualClock } from '@wirepact/core/testing';
import { describe, expect, it } from 'vitest';
import { resolveOptions } from '../resolve-options.js';
import type { OutgoingMessage } from '../delivery/outgoing-message.js';
import { Outgoing } from './outgoing.js';
import { createCounters } from '../stats.js';
import { FakeTransport, settle } from '../test-server.fixture.js';

const [resume, soft, hard] = [65_536, 262_144, 1_048_576];

function start() {
  const transport = new FakeTransport();
  const counters = createCounters();
  const clock = createManualClock();
  const outgoing = new Outgoing(transport, resolveOptions({ clock }), counters, true);
  return { transport, counters, clock, outgoing };
}

const message = (delivery: Delivery, text: string, slot = 'slot'): OutgoingMessage => ({
  path: 'path',
  json: undefined,
  room: undefined,
  delivery,
  slot,
  text: () => text,
  plainFrame: () => text,
  frame: () => text,
});

describe.each(['reliable', 'latest', 'volatile'] as const)('%s', (delivery) => {
  it.each([0, soft - 1])('is sent while %i bytes wait', (bufferedBytes) => {
    const { transport, counters, outgoing } = start();
    transport.bufferedBytes = bufferedBytes;
    outgoing.deliver(message(delivery, 'a'));
    expect(transport.sent).toEqual(['a']);
    expect(counters).toMatchObject({ sent: 1, dropped: { volatile: 0, replaced: 0, gone: 0 } });
  });

  it('is counted and not sent once the client is gone', () => {
    const { transport, counters, outgoing } = start();
    outgoing.close();
    transport.bufferedBytes = soft;
    outgoing.deliver(message(delivery, 'a'));
    transport.drain();
    expect(transport.sent).toEqual([]);
    expect(counters).toMatchObject({ sent: 0, dropped: { volatile: 0, replaced: 0, gone: 1 } });
  });
});

describe('from the soft bound on', () => {
  it('reliable is queued in order', () => {
    const { transport, outgoing } = start();
    transport.bufferedBytes = hard - 1;
    outgoing.deliver(message('reliable', 'a'));
    outgoing.deliver(message('reliable', 'b'));
    expect(transport.sent).toEqual(['a', 'b']);
  });

  it('volatile is dropped and counted', () => {
    const { transport, counters, outgoing } = start();
    transport.bufferedBytes = soft;
    outgoing.deliver(message('volatile', 'a'));
    transport.drain();
    expect(transport.sent).toEqual([]);
    expect(counters.dropped.volatile).toBe(1);
  });

  it('of latest the newest of each slot waits until the network has taken enough', () => {
    const { transport, counters, outgoing } = start();
    transport.bufferedBytes = soft;
    outgoing.deliver(message('latest', 'a1', 'a'));
    outgoing.deliver(message('latest', 'b1', 'b'));
    outgoing.deliver(message('latest', 'a2', 'a'));
    transport.drain(resume);
    outgoing.drained();
    expect(transport.sent).toEqual([]);
    transport.drain(resume - 1);
    outgoing.drained();
    expect(transport.sent).toEqual(['b1', 'a2']);
    expect(counters.dropped.replaced).toBe(1);
    outgoing.drained();
    expect(transport.sent).toHaveLength(2);
  });

  it('of latest so much goes out at a time that it closes nobody who takes it', () => {
    const { transport, outgoing } = start();
    transport.bufferedBytes = soft;
    transport.isHolding = true;
    const values = Array.from({ length: 100 }, (_, n) => `${n}`.padEnd(10_000));
    for (const [n, text] of values.entries()) outgoing.deliver(message('latest', text, `${n}`));
    const drain = (): void => {
      transport.drain();
      outgoing.drained();
    };
    drain();
    expect(transport.sent).toEqual(values.slice(0, 27));
    // what is set meanwhile takes the place of what waits
    outgoing.deliver(message('latest', 'newer', '99'));
    for (let n = 0; n < 10; n += 1) drain();
    expect(transport.sent).toEqual([...values.slice(0, -1), 'newer']);
    expect(transport.closedWith).toBeUndefined();
  });

  it('of latest nothing older comes after a newer one that was sent meanwhile', () => {
    const { transport, counters, outgoing } = start();
    transport.bufferedBytes = soft;
    outgoing.deliver(message('latest', 'old'));
    transport.bufferedBytes = resume;
    outgoing.deliver(message('latest', 'new'));
    transport.bufferedBytes = 0;
    outgoing.drained();
    expect(transport.sent).toEqual(['new']);
    expect(counters.dropped.replaced).toBe(1);
  });

  it('of latest 256 slots wait, and of more those that waited longest are dropped', () => {
    const { transport, counters, outgoing } = start();
    transport.bufferedBytes = soft;
    for (let n = 0; n < 300; n += 1) outgoing.deliver(message('latest', `${n}`, `${n}`));
    transport.bufferedBytes = 0;
    outgoing.drained();
    expect(transport.sent).toEqual(Array.from({ length: 256 }, (_, n) => `${n + 44}`));
    expect(counters.dropped.replaced).toBe(44);
  });
});

describe('what waits of latest', () => {
  it('is the newest up to the hard bound; what is dropped for it is counted', () => {
    const { transport, counters, outgoing } = start();
    transport.bufferedBytes = soft;
    const value = 'x'.repeat(65_536);
    for (let n = 0; n < 256; n += 1) outgoing.deliver(message('latest', `${value}${n}`, `${n}`));
    expect(outgoing.waitingBytes).toBeLessThanOrEqual(soft + hard);
    transport.bufferedBytes = 0;
    outgoing.drained();
    expect(transport.sent).toEqual(Array.from({ length: 15 }, (_, n) => `${value}${n + 241}`));
    expect([counters.dropped.replaced, outgoing.waitingBytes]).toEqual([241, 0]);
  });

  it('is one that is larger than that, if there is no other', () => {
    const { transport, outgoing } = start();
    transport.bufferedBytes = soft;
    outgoing.deliver(message('latest', 'small', 'a'));
    outgoing.deliver(message('latest', 'x'.repeat(hard + 1), 'b'));
    transport.bufferedBytes = 0;
    outgoing.drained();
    expect(transport.sent.map(({ length }) => length)).toEqual([hard + 1]);
  });

  it('counts no longer what is replaced, and nothing once the reader is gone', () => {
    const { transport, outgoing } = start();
    transport.bufferedBytes = soft;
    for (let n = 0; n < 100; n += 1) outgoing.deliver(message('latest', 'x'.repeat(1_000)));
    expect(outgoing.waitingBytes).toBeLessThan(soft + 1_100);
    outgoing.close();
    expect(outgoing.waitingBytes).toBe(soft);
  });
});

describe('at the hard bound', () => {
  it('a reader is given up with 4508, once', async () => {
    const { transport, counters, outgoing } = start();
    transport.bufferedBytes = hard - 1;
    outgoing.write('a');
    expect(transport.closedWith).toBeUndefined();
    transport.bufferedBytes = hard;
    for (const text of ['b', 'c', 'd']) outgoing.deliver(message('reliable', text));
    expect(transport.sent).toEqual(['a']);
    expect(transport.closedWith).toEqual({ code: 4508, reason: 'too much was waiting to be read' });
    expect(counters).toMatchObject({ slowClosed: 1, sent: 1, dropped: { gone: 3 } });
    await settle();
  });

  it('whatever trips it is counted', () => {
    const { transport, counters, outgoing } = start();
    transport.bufferedBytes = hard;
    outgoing.writeAll(['a', 'b']);
    expect(counters).toMatchObject({ slowClosed: 1, sent: 0, dropped: { gone: 2 } });
  });

  it('latest and volatile close nobody', () => {
    const { transport, outgoing } = start();
    transport.bufferedBytes = hard;
    outgoing.deliver(message('latest', 'a'));
    outgoing.deliver(message('volatile', 'b'));
    expect(transport.closedWith).toBeUndefined();
  });
});

describe('the largest of what waits', () => {
  const [large, little] = ['x'.repeat(2 * hard), 'x'.repeat(resume)];
  const startHolding = () => {
    const started = start();
    started.transport.isHolding = true;
    return started;
  };

  it.each([
    ['first', [large, little]],
    ['in the midst of others', [little, large, little]],
  ])('counts for nothing where it comes %s, and all others as ever', (_where, texts) => {
    const { transport, outgoing } = startHolding();
    for (const text of texts) outgoing.write(text);
    while (transport.bufferedBytes < 3 * hard) outgoing.write(little);
    expect(transport.closedWith).toBeUndefined();
    outgoing.write('one too many');
    expect(transport.closedWith?.code).toBe(4508);
    expect(transport.bufferedBytes).toBe(3 * hard);
  });

  it('is one, however many are that large', () => {
    const { transport, outgoing } = startHolding();
    for (const text of [large, large, large]) outgoing.write(text);
    expect(transport.closedWith?.code).toBe(4508);
    expect(transport.sent).toHaveLength(2);
  });

  it('is forgotten once little waits', () => {
    const { transport, outgoing } = startHolding();
    outgoing.write(large);
    transport.bufferedBytes = resume - 1;
    outgoing.write('small');
    transport.bufferedBytes = hard + 'small'.length;
    outgoing.write('one too many');
    expect(transport.closedWith?.code).toBe(4508);
  });
});

describe('roomForMore', () => {
  it('waits while too much is held, and no longer', async () => {
    const { transport, outgoing } = start();
    const order: string[] = [];
    transport.bufferedBytes = resume;
    const waiting = outgoing.roomForMore().then(() => order.push('went on'));
    await settle();
    outgoing.drained();
    await settle();
    expect(order).toEqual([]);
    transport.bufferedBytes = resume - 1;
    outgoing.drained();
    await waiting;
    await outgoing.roomForMore();
    expect(order).toEqual(['went on']);
  });

  it('ends when the client is gone, and when it is given up', async () => {
    for (const leave of ['close', 'give up']) {
      const { transport, outgoing } = start();
      transport.bufferedBytes = hard;
      const waiting = outgoing.roomForMore();
      if (leave === 'close') outgoing.close();
      else outgoing.write('a');
      await waiting;
    }
  });
});

it('says when it last sent something', () => {
  const { outgoing, clock } = start();
  clock.advance(10);
  outgoing.write('a');
  clock.advance(10);
  outgoing.close();
  outgoing.write('b');
  expect(outgoing.lastSentAt).toBe(10);
});
