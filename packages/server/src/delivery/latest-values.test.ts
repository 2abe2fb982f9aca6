import { createManualClock } from '@wirepact/core/testing';
import { describe, expect, it } from 'vitest';
import { Logs } from './logs.js';
import type { LogOptions } from '../options.js';
import { resolveOptions } from '../resolve-options.js';
import { createOutgoingOf } from './outgoing-message.fixture.js';

const value = (slot: string, data: unknown = 0) => createOutgoingOf(data, { slot, delivery: 'latest' });

function start(bounds: LogOptions = {}) {
  const clock = createManualClock();
  const logs = new Logs(resolveOptions({ clock, logs: bounds }));
  return { clock, logs, log: logs.create('lobby'), values: logs.create('lobby').latest };
}

describe('the latest values', () => {
  it('are the newest of each slot, in the order in which they were set', () => {
    const { values } = start();
    const [a1, b, a2] = [value('a', 1), value('b'), value('a', 2)];
    for (const message of [a1, b, a2]) values.keep(message, 10);
    expect([...values.since({ sinceMs: 0 }, 'me')]).toEqual([b, a2]);
  });

  it('are those that were set since a time', () => {
    const { values } = start();
    const [old, on, later] = [value('a'), value('b'), value('c')];
    values.keep(old, 9);
    values.keep(on, 10);
    values.keep(later, 11);
    expect([...values.since({ sinceMs: 10 }, 'me')]).toEqual([on, later]);
  });

  it('are those that were set here after so many, and those that were read by their time', () => {
    const { values } = start();
    const [old, read, unread, later] = [value('a'), value('b'), value('c'), value('d')];
    values.keep(old, 20);
    const { sets } = values;
    values.keepRead(read, 10, undefined, sets);
    values.keepRead(unread, 9, undefined, sets);
    values.keep(later, 5);
    expect([...values.since({ sinceMs: 10, sets }, 'me')]).toEqual([read, later]);
  });

  it('are not for the session that is excepted', () => {
    const { values } = start();
    const message = value('a');
    values.keep(message, 10, 'me');
    expect([...values.since({ sinceMs: 0 }, 'me')]).toEqual([]);
    expect([...values.since({ sinceMs: 0 }, 'you')]).toEqual([message]);
  });

  it('are forgotten after five minutes, whoever asks and however far logs go back', () => {
    const { clock, logs, values } = start({ maxAgeMs: 1_000 });
    values.keep(value('a'), clock.now());
    clock.advance(1);
    const kept = value('b');
    values.keep(kept, clock.now());
    clock.advance(299_999);
    logs.sweep();
    expect([...values.since({ sinceMs: 0 }, 'me')]).toHaveLength(2);
    clock.advance(1);
    expect([...values.since({ sinceMs: 0 }, 'me')]).toEqual([kept]);
    clock.advance(1);
    logs.sweep();
    expect(logs.bytes).toBe(0);
  });

  it('are 256 at most, and of more those that were set longest ago are given up', () => {
    const { values } = start();
    for (let n = 0; n < 256; n += 1) values.keep(value(`${n}`), n);
    values.keep(value('0', 1), 256);
    values.keep(value('new'), 257);
    const slots = Array.from(values.since({ sinceMs: 0 }, 'me'), ({ slot }) => slot);
    expect(slots).toHaveLength(256);
    expect([slots[0], ...slots.slice(-2)]).toEqual(['2', '0', 'new']);
  });

  it('take no more than a log may, but for the newest', () => {
    const { logs, values } = start({ maxBytes: 350 });
    const large = 'x'.repeat(97);
    for (const slot of ['a', 'b', 'c', 'd']) values.keep(value(slot, large), 0);
    expect(Array.from(values.since({ sinceMs: 0 }, 'me'), ({ slot }) => slot)).toEqual(['b', 'c', 'd']);
    expect(logs.bytes).toBe(300);
    values.keep(value('d', 'x'.repeat(1_000)), 0);
    expect(Array.from(values.since({ sinceMs: 0 }, 'me'), ({ slot }) => slot)).toEqual(['d']);
  });

  it('count with the logs, and go when these are empty', () => {
    const { clock, logs, log, values } = start({ maxTotalBytes: 1_000 });
    const other = logs.create('hall').latest;
    values.keep(value('a', 'x'.repeat(397)), 0);
    clock.advance(1);
    log.append(createOutgoingOf('', { frame: () => 'x'.repeat(600) }));
    expect(logs.bytes).toBe(1_000);
    clock.advance(1);
    other.keep(value('b', 'x'.repeat(397)), 0);
    expect([log.size, logs.bytes]).toEqual([0, 800]);
    other.keep(value('c', 'x'.repeat(397)), 0);
    expect([...values.since({ sinceMs: 0 }, 'me')]).toEqual([]);
    expect(logs.bytes).toBe(800);
  });

  it('are gone with the log', () => {
    const { logs } = start();
    const log = logs.create('lobby');
    log.latest.keep(value('a'), 0);
    log.close();
    expect(logs.bytes).toBe(0);
  });
});
