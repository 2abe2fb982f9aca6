import { createManualClock } from '@wirepact/core/testing';
import { describe, expect, it } from 'vitest';
import { inboxName } from './log.js';
import { Logs } from './logs.js';
import { resolveOptions } from '../resolve-options.js';
import { createOutgoingOf } from './outgoing-message.fixture.js';

function start(name = 'lobby', bounds = {}) {
  const clock = createManualClock();
  const logs = new Logs(resolveOptions({ clock, logs: bounds }));
  const log = logs.create(name, 'e1');
  const say = (data: unknown, exceptId?: string) => log.append(createOutgoingOf(data), exceptId);
  return { clock, logs, log, say };
}

describe('what is read to many who stand at one position', () => {
  it('is put together once, until something is said after it', () => {
    const { log, say } = start();
    const texts = [1, 2, 3].map((n) => say(n).text);
    const batch = log.batchAfter(1, Infinity);
    expect(batch).toMatchObject({ after: 1, to: 3, frames: texts.slice(1) });
    expect(log.batchAfter(1, Infinity)).toBe(batch);
    const { text } = say(4);
    expect(log.batchAfter(1, Infinity)).toMatchObject({ to: 4, frames: [...texts.slice(1), text] });
  });

  it('is another one in another epoch, and from another position', () => {
    const { log, say } = start();
    for (const n of [1, 2, 3]) say(n);
    const before = log.batchAfter(0, Infinity);
    expect(log.batchAfter(1, Infinity)?.frames).toEqual(before?.frames.slice(1));
    log.restart('e2', 0);
    for (const n of [4, 5, 6]) say(n);
    expect(log.batchAfter(0, Infinity)?.frames[0]).toContain('4');
  });

  it('ends before what is not for everybody, and before too much', () => {
    const { log, say } = start();
    for (const n of [1, 2]) say(n);
    say(3, 'ann');
    for (const n of [4, 5, 6]) say('x'.repeat(30_000 + n));
    expect([0, 2, 3].map((at) => log.batchAfter(at, Infinity)?.to)).toEqual([2, undefined, 5]);
  });

  it('is none where one message waits, or none', () => {
    const { log, say } = start();
    say(1);
    expect([log.batchAfter(0, Infinity), log.batchAfter(1, Infinity)]).toEqual([undefined, undefined]);
  });

  it('counts with what logs hold, for ten seconds or until the log is closed', () => {
    const { clock, logs, log, say } = start();
    for (const n of [1, 2]) say(n);
    const { bytes } = logs;
    log.batchAfter(0, Infinity);
    expect(logs.bytes).toBe(3 * bytes);
    clock.advance(10_000);
    logs.sweep();
    expect(logs.bytes).toBe(3 * bytes);
    clock.advance(1);
    logs.sweep();
    expect(logs.bytes).toBe(bytes);
    log.batchAfter(0, Infinity);
    log.close();
    expect(logs.bytes).toBe(0);
  });

  it('is not kept where a message would have to be given up for it', () => {
    const { logs, log, say } = start('lobby', { maxTotalBytes: 300 });
    for (const n of [1, 2]) say(n);
    const { bytes } = logs;
    expect(log.batchAfter(0, Infinity)?.to).toBe(2);
    expect([logs.bytes, log.size]).toEqual([bytes, 2]);
  });

  it('is not kept of an inbox, which one alone reads', () => {
    const { logs, log, say } = start(inboxName);
    for (const n of [1, 2]) say(n);
    const { bytes } = logs;
    expect(log.batchAfter(0, Infinity)?.to).toBe(2);
    expect(logs.bytes).toBe(bytes);
  });
});
