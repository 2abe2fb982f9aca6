import { createManualClock } from '@wirepact/core/testing';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { everyoneName, inboxName } from './log.js';
import { Logs } from './logs.js';
import { resolveOptions } from '../resolve-options.js';
import { createOutgoingOf } from './outgoing-message.fixture.js';

function start(name = 'lobby', bounds = {}) {
  const clock = createManualClock();
  const logs = new Logs(resolveOptions({ clock, logs: bounds }));
  return { clock, logs, log: logs.create(name) };
}

/** The plainest thing that does what a log does. */
interface Model {
  kept: { readonly at: number; readonly time: number; readonly bytes: number }[];
  at: number;
}

const steps = fc.array(
  fc.oneof(
    fc.record({ do: fc.constant('append' as const), length: fc.nat(30) }),
    fc.record({ do: fc.constant('forget' as const), back: fc.nat(80) }),
    fc.record({ do: fc.constant('trim' as const), ageMs: fc.nat(50), bytes: fc.nat(2_000) }),
    fc.record({ do: fc.constant('wait' as const), ms: fc.nat(20) }),
  ),
  { maxLength: 200, size: 'max' },
);

describe('a log', () => {
  it('holds what a plain list would hold, whatever is appended, forgotten and trimmed', () => {
    fc.assert(
      fc.property(steps, (taken) => {
        const { clock, logs, log } = start();
        const model: Model = { kept: [], at: 0 };
        for (const step of taken) {
          if (step.do === 'wait') clock.advance(step.ms);
          else if (step.do === 'append') {
            const { at, after, time, bytes } = log.append(createOutgoingOf('x'.repeat(step.length)));
            expect([at, after, time]).toEqual([model.at + 1, model.at, clock.now()]);
            model.kept.push({ at, time, bytes });
            model.at = at;
          } else if (step.do === 'forget') {
            const upTo = model.at - step.back;
            log.forget(upTo);
            model.kept = model.kept.filter(({ at }) => at > upTo);
          } else {
            const oldest = clock.now() - step.ageMs;
            log.trim(oldest, step.bytes);
            const isTooMuch = () =>
              model.kept[0]!.time < oldest ||
              model.kept.reduce((sum, { bytes }) => sum + bytes, 0) > step.bytes;
            while (model.kept.length > 1 && isTooMuch()) model.kept.shift();
          }
          const floor = model.kept.length > 0 ? model.kept[0]!.at - 1 : model.at;
          const bytes = model.kept.reduce((sum, entry) => sum + entry.bytes, 0);
          expect([log.at, log.floor, log.size]).toEqual([model.at, floor, model.kept.length]);
          expect([log.bytes, logs.bytes]).toEqual([bytes, bytes]);
          for (const from of [0, floor, floor + 3, model.at - 1, model.at, model.at + 5]) {
            const after = model.kept.filter(({ at }) => at > from).map(({ at }) => at);
            expect(Array.from(log.after(from), ({ at }) => at)).toEqual(after);
            expect(log.countAfter(from)).toBe(after.length);
          }
        }
      }),
    );
  });

  it('keeps its newest entry, however old and however large', () => {
    const { clock, log } = start();
    log.append(createOutgoingOf('one'));
    log.append(createOutgoingOf('two'));
    clock.advance(1_000);
    log.trim(clock.now(), 0);
    expect(Array.from(log.after(0), ({ at }) => at)).toEqual([2]);
  });

  it('goes on counting when everything is forgotten', () => {
    const { log } = start();
    log.append(createOutgoingOf('one'));
    log.forget(log.at);
    expect([log.size, log.at, log.floor]).toEqual([0, 1, 1]);
    expect(log.append(createOutgoingOf('two'))).toMatchObject({ at: 2, after: 1 });
  });

  it.each([
    ['lobby', { room: 'lobby' }],
    [everyoneName, { room: '*' }],
    [inboxName, {}],
  ])('names %s in its frames', (name, room) => {
    const { log } = start(name);
    const { text, bytes } = log.append(createOutgoingOf('é'));
    expect(JSON.parse(text)).toEqual({ path: 'said', data: 'é', ...room, at: 1, after: 0 });
    expect(bytes).toBe(text.length + 1);
  });

  it('has an epoch of its own, and says where it ends', () => {
    const { logs, log } = start();
    log.append(createOutgoingOf('one'));
    expect(log.head).toEqual([log.epoch, 1]);
    expect(log.epoch).toMatch(/^[\w-]{8}$/);
    expect(logs.create('lobby').epoch).not.toBe(log.epoch);
    expect(logs.create(inboxName, 's_1').head).toEqual(['s_1', 0]);
  });
});
