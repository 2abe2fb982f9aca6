import { createManualClock } from '@wirepact/core/testing';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Logs } from '../delivery/logs.js';
import { resolveOptions } from '../resolve-options.js';
import { createOutgoingOf } from '../delivery/outgoing-message.fixture.js';
import { findRoomNameFault, Rooms } from './rooms.js';
import type { Session } from '../session/session.js';

const sessionOf = (id: number): Session => ({ id, rooms: new Set<string>() }) as unknown as Session;

/** How long a room is kept that nobody is in. */
const keptForMs = 100;

function start({ hasHistory = false } = {}) {
  const clock = createManualClock();
  const logs = new Logs(resolveOptions({ clock }));
  const keptSince = hasHistory ? () => clock.now() - keptForMs : undefined;
  const rooms = new Rooms(({ name }) => logs.create(name), keptSince);
  const enter = (session: Session, name: string) =>
    rooms.add(session, name, { sinceMs: clock.now(), byClient: false });
  const membersOf = (name: string): Session[] => [...(rooms.find(name)?.sessions() ?? [])];
  const say = (name: string) => rooms.toSendTo(name)?.log.append(createOutgoingOf('hi', { room: name }));
  return { clock, logs, rooms, enter, membersOf, say };
}

describe('Rooms', () => {
  it.each([false, true])(
    'knows who is where, whatever joins, leaves and ends (history: %s)',
    (hasHistory) => {
      const steps = fc.array(
        fc.record({
          what: fc.constantFrom('add', 'add', 'remove', 'end', 'say', 'sweep'),
          who: fc.nat(3),
          room: fc.constantFrom('a', 'b', '__proto__'),
        }),
      );
      fc.assert(
        fc.property(steps, (taken) => {
          const { clock, rooms, enter, membersOf, say } = start({ hasHistory });
          const sessions = [0, 1, 2, 3].map(sessionOf);
          const model = new Set<string>();
          for (const { what, who, room } of taken) {
            const session = sessions[who]!;
            const key = `${who} ${room}`;
            if (what === 'add') {
              expect(enter(session, room) === undefined).toBe(model.has(key));
              model.add(key);
            } else if (what === 'remove') {
              expect(rooms.remove(session, room)).toBe(model.delete(key));
            } else if (what === 'say') {
              say(room);
            } else if (what === 'sweep') {
              clock.advance(keptForMs + 1);
              rooms.sweep();
            } else {
              rooms.removeFromAll(session);
              for (const entry of [...model]) if (entry.startsWith(`${who} `)) model.delete(entry);
              // what has ended never comes back
              sessions[who] = sessionOf(who);
            }
            for (const name of ['a', 'b', '__proto__']) {
              const expected = sessions.filter((_, index) => model.has(`${index} ${name}`));
              expect(new Set(membersOf(name))).toEqual(new Set(expected));
            }
            expect(rooms.size).toBe(new Set([...model].map((entry) => entry.split(' ')[1])).size);
          }
        }),
      );
    },
  );

  it('lists members in the order in which they came', () => {
    const { enter, membersOf } = start();
    const [first, second] = [sessionOf(1), sessionOf(2)];
    enter(second, 'a');
    enter(first, 'a');
    expect(membersOf('a')).toEqual([second, first]);
  });

  it('leaves a session that ended its own list', () => {
    const { rooms, enter } = start();
    const session = sessionOf(1);
    enter(session, 'a');
    rooms.removeFromAll(session);
    expect([...session.rooms]).toEqual(['a']);
    expect(rooms.size).toBe(0);
  });

  it('notes where a member begins to read', () => {
    const { clock, rooms, enter, say } = start();
    const [first, second] = [sessionOf(1), sessionOf(2)];
    enter(first, 'a');
    say('a');
    clock.advance(10);
    enter(second, 'a');
    const { members } = rooms.find('a')!;
    expect(members.get(first)).toEqual({ since: 0, sinceMs: 0, sets: 0, byClient: false });
    expect(members.get(second)).toEqual({ since: 1, sinceMs: 10, sets: 0, byClient: false });
  });
});

describe('a room that nobody is in', () => {
  it('is not there without history, and is another one when it is made again', () => {
    const { logs, rooms, enter, say } = start();
    const session = sessionOf(1);
    expect(rooms.toSendTo('a')).toBeUndefined();
    const { log } = enter(session, 'a')!;
    say('a');
    rooms.remove(session, 'a');
    expect([rooms.find('a'), logs.bytes]).toEqual([undefined, 0]);
    expect(enter(session, 'a')!.log.epoch).not.toBe(log.epoch);
  });

  it('is kept with history while its log may be read, and counts as none', () => {
    const { clock, logs, rooms, enter, say } = start({ hasHistory: true });
    const session = sessionOf(1);
    const room = enter(session, 'a')!;
    clock.advance(100);
    say('a');
    rooms.remove(session, 'a');
    expect([rooms.find('a'), rooms.size]).toEqual([room, 0]);
    clock.advance(keptForMs);
    rooms.sweep();
    expect(rooms.find('a')).toBe(room);
    clock.advance(1);
    rooms.sweep();
    expect(logs.bytes).toBe(0);
    expect(rooms.find('a')).toBeUndefined();
  });

  it('is not found when its log is too old, also where no sweep came by', () => {
    const { clock, logs, rooms, enter, say } = start({ hasHistory: true });
    say('a');
    clock.advance(keptForMs + 1);
    expect([rooms.find('a'), logs.bytes]).toEqual([undefined, 0]);
    say('b');
    clock.advance(keptForMs + 1);
    expect(say('b')).toMatchObject({ at: 1 });
    say('a');
    clock.advance(keptForMs + 1);
    expect(enter(sessionOf(1), 'a')!.log.at).toBe(0);
  });

  it('is kept for its latest values as for its log', () => {
    const { clock, rooms, enter, say } = start({ hasHistory: true });
    const session = sessionOf(1);
    const set = (name: string): void =>
      rooms
        .find(name)!
        .log.latest.keep(createOutgoingOf('on', { room: name, delivery: 'latest' }), clock.now());
    for (const name of ['a', 'b']) enter(session, name);
    say('b');
    clock.advance(keptForMs);
    for (const name of ['a', 'b']) {
      set(name);
      rooms.remove(session, name);
    }
    clock.advance(keptForMs);
    rooms.sweep();
    for (const name of ['a', 'b'])
      expect([...rooms.find(name)!.log.latest.since({ sinceMs: 0 }, 'me')]).toHaveLength(1);
    clock.advance(1);
    rooms.sweep();
    for (const name of ['a', 'b']) expect(rooms.find(name)).toBeUndefined();
  });

  it('is not kept with history where nothing was said', () => {
    const { rooms, enter } = start({ hasHistory: true });
    const session = sessionOf(1);
    enter(session, 'a');
    rooms.remove(session, 'a');
    expect(rooms.find('a')).toBeUndefined();
  });

  it('is given up when ten thousand others were left after it', () => {
    const { logs, rooms, say } = start({ hasHistory: true });
    for (let n = 0; n <= 10_000; n++) say(`room ${n}`);
    expect(rooms.find('room 0')).toBeUndefined();
    expect(rooms.find('room 1')).toBeDefined();
    const { bytes } = logs;
    say('one more');
    expect(logs.bytes - bytes).toBeLessThan(10);
  });

  it('takes messages with history, for who comes later', () => {
    const { clock, rooms, enter, say } = start({ hasHistory: true });
    say('a');
    expect(rooms.size).toBe(0);
    expect(enter(sessionOf(1), 'a')!.log.at).toBe(1);
    expect(rooms.size).toBe(1);
    clock.advance(keptForMs + 1);
    rooms.sweep();
    expect(rooms.find('a')).toBeDefined();
  });
});

describe('findRoomNameFault', () => {
  it.each([
    'a',
    'private_lobby',
    'constructor',
    'Raum für 🙂',
    '/a/b',
    'a*',
    'a$',
    'x'.repeat(255),
    'é'.repeat(127),
  ])('finds none in %j', (name) => {
    expect(findRoomNameFault(name)).toBeUndefined();
  });

  it.each([
    [undefined, 'a string'],
    [null, 'a string'],
    [7, 'a string'],
    [{}, 'a string'],
    ['', 'not empty'],
    ['*', 'reserved'],
    ['$inbox', 'reserved'],
    ['__proto__', 'reserved'],
    ['x'.repeat(256), '255 bytes'],
    ['é'.repeat(128), '255 bytes'],
    ['a\nb', 'control'],
    ['\u0000', 'control'],
    ['a\u007f', 'control'],
    ['\ud800x', 'surrogate'],
    ['x\udfff', 'surrogate'],
  ])('refuses %j', (name, why) => {
    expect(findRoomNameFault(name)).toMatch(why);
  });
});
