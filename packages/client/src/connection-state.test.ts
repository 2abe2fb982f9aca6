import { readFileSync, writeFileSync } from 'node:fs';
import { fc, test } from '@fast-check/vitest';
import { defaultReconnect } from '@wirepact/core/internal';
import { describe, expect, it } from 'vitest';
import { connectionDiagram, sampleStates } from './connection-diagram.fixture.js';
import {
  holdsSocket,
  transition,
  type ConnectionEvent,
  type ConnectionState,
  type Surroundings,
} from './connection-state.js';

const codes = fc.constantFrom(
  1000,
  1001,
  1006,
  1008,
  1012,
  1013,
  4000,
  4001,
  4401,
  4403,
  4408,
  4429,
  4508,
  4600,
);
const events: fc.Arbitrary<ConnectionEvent> = fc.oneof(
  { weight: 3, arbitrary: fc.constant<ConnectionEvent>({ type: 'wanted' }) },
  { weight: 6, arbitrary: fc.constant<ConnectionEvent>({ type: 'due' }) },
  {
    weight: 6,
    arbitrary: fc.constant<ConnectionEvent>({ type: 'prepared', url: 'ws://x', token: undefined }),
  },
  { weight: 6, arbitrary: fc.boolean().map((greets): ConnectionEvent => ({ type: 'opened', greets })) },
  { weight: 6, arbitrary: fc.constant<ConnectionEvent>({ type: 'welcomed', sessionId: 's', resumed: true }) },
  {
    weight: 6,
    arbitrary: fc
      .record({ code: codes, withinMs: fc.option(fc.nat(20_000), { nil: undefined }) })
      .map(({ code, withinMs }): ConnectionEvent => ({
        type: 'lost',
        reason: { code, reason: '' },
        withinMs,
      })),
  },
  fc.constant<ConnectionEvent>({ type: 'suspended' }),
  fc.constant<ConnectionEvent>({ type: 'woken' }),
  fc.constant<ConnectionEvent>({ type: 'closed' }),
);
const moments = fc.record({
  event: events,
  passedMs: fc.nat(40_000),
  random: fc.double({ min: 0, max: 0.999, noNaN: true }),
  offline: fc.boolean(),
  hidden: fc.boolean(),
});

describe('any sequence of events', () => {
  test.prop([fc.array(moments, { maxLength: 60 }), fc.boolean(), fc.constantFrom(3, Infinity)])(
    'holds one socket exactly where the state says so, and never two',
    (sequence, renewable, maxAttempts) => {
      let state: ConnectionState = { name: 'idle' };
      let now = 0;
      for (const { event, passedMs, random, offline, hidden } of sequence) {
        now += passedMs;
        const around: Surroundings = {
          now,
          random: () => random,
          reconnect: { ...defaultReconnect, maxAttempts },
          renewable,
          offline,
          hidden,
        };
        const next = transition(state, event, around);
        if (next !== undefined) {
          expectAttemptsToGrow(state, next);
          expectOneSocket(state, next);
          if ('until' in next) expect(next.until).toBeGreaterThanOrEqual(now);
          state = next;
        }
        if ('attempt' in state) expect(state.attempt).toBeLessThanOrEqual(maxAttempts);
      }
    },
  );

  test.prop([fc.array(moments, { maxLength: 30 })])(
    'ends in closed when it ends with a close',
    (sequence) => {
      let state: ConnectionState = { name: 'idle' };
      for (const { event, ...rest } of [...sequence, { event: { type: 'closed' } as const }]) {
        const around = { now: 0, offline: false, hidden: false, ...rest, random: () => 0.5 };
        state =
          transition(state, event, { ...around, reconnect: defaultReconnect, renewable: true }) ?? state;
      }
      expect(Object.keys(state)).toEqual(['name', 'reason', 'error']);
      expect(state.name).toBe('closed');
    },
  );

  /** A socket comes to be in one state only, and only where there is none; the others keep it. */
  function expectOneSocket(before: ConnectionState, after: ConnectionState): void {
    if (holdsSocket(after)) expect(holdsSocket(before)).toBe(after.name !== 'opening');
  }

  function expectAttemptsToGrow(before: ConnectionState, after: ConnectionState): void {
    if (!('attempt' in before) || !('attempt' in after)) return;
    // a connection that held and a page that was frozen have it begin anew
    const isAnew = (before.name === 'connected' || after.name === 'suspended') && after.attempt === 1;
    if (!isAnew) expect(after.attempt).toBeGreaterThanOrEqual(before.attempt);
    if (after.name === 'waiting' && before.name !== 'waiting' && !isAnew) {
      expect(after.attempt).toBe(before.attempt + 1);
    }
  }
});

describe('without a network', () => {
  const offline: Surroundings = {
    now: 1_000,
    random: () => 0.5,
    reconnect: defaultReconnect,
    renewable: false,
    offline: true,
    hidden: false,
  };
  const { waiting, connected } = sampleStates;

  it('waits 30 s instead of the usual delay', () => {
    const lost: ConnectionEvent = { type: 'lost', reason: { code: 1006, reason: '' } };
    expect(transition(connected, lost, offline)).toMatchObject({ name: 'waiting', until: 31_000 });
  });

  it('tries all the same when those are over, in case the platform is wrong', () => {
    expect(transition(waiting, { type: 'due' }, offline)?.name).toBe('preparing');
  });

  it('does not try while the page is hidden too', () => {
    const step = transition(waiting, { type: 'due' }, { ...offline, hidden: true });
    expect(step).toMatchObject({ name: 'waiting', until: 31_000, attempt: 1 });
  });

  it('is not woken by a page that comes back without it', () => {
    expect(transition(waiting, { type: 'woken' }, offline)).toBeUndefined();
    expect(transition(waiting, { type: 'woken' }, { ...offline, offline: false })?.name).toBe('preparing');
  });
});

it('is the diagram in ARCHITECTURE.md', () => {
  const page = new URL('../../../ARCHITECTURE.md', import.meta.url);
  const text = readFileSync(page, 'utf8');
  const markers = /(<!-- state-diagram -->\n).*?(<!-- \/state-diagram -->)/s;
  expect(text).toMatch(markers);
  const drawn = text.replace(
    markers,
    (_, start: string, end: string) => `${start}\n${connectionDiagram()}\n\n${end}`,
  );
  if (process.env.UPDATE_DIAGRAM === '1') writeFileSync(page, drawn);
  else expect(text, 'run this test with UPDATE_DIAGRAM=1 after a change of the table').toBe(drawn);
});
