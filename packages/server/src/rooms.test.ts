import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { findRoomNameFault, Rooms } from './rooms.js';
import type { Session } from './session.js';

const sessionOf = (id: number): Session => ({ id, rooms: new Set<string>() }) as unknown as Session;

describe('Rooms', () => {
  it('knows who is where, whatever joins, leaves and ends', () => {
    const steps = fc.array(
      fc.record({
        what: fc.constantFrom('add', 'add', 'remove', 'end'),
        who: fc.nat(3),
        room: fc.constantFrom('a', 'b', '__proto__'),
      }),
    );
    fc.assert(
      fc.property(steps, (taken) => {
        const rooms = new Rooms();
        const sessions = [0, 1, 2, 3].map(sessionOf);
        const model = new Set<string>();
        for (const { what, who, room } of taken) {
          const session = sessions[who]!;
          const key = `${who} ${room}`;
          if (what === 'add') {
            expect(rooms.add(session, room)).toBe(!model.has(key));
            model.add(key);
          } else if (what === 'remove') {
            expect(rooms.remove(session, room)).toBe(model.delete(key));
          } else {
            rooms.removeFromAll(session);
            for (const entry of [...model]) if (entry.startsWith(`${who} `)) model.delete(entry);
            // what has ended never comes back
            sessions[who] = sessionOf(who);
          }
          for (const name of ['a', 'b', '__proto__']) {
            const expected = sessions.filter((_, index) => model.has(`${index} ${name}`));
            expect(new Set(rooms.of(name))).toEqual(new Set(expected));
          }
          expect(rooms.size).toBe(new Set([...model].map((entry) => entry.split(' ')[1])).size);
        }
      }),
    );
  });

  it('lists members in the order in which they came', () => {
    const rooms = new Rooms();
    const [first, second] = [sessionOf(1), sessionOf(2)];
    rooms.add(second, 'a');
    rooms.add(first, 'a');
    expect([...rooms.of('a')]).toEqual([second, first]);
  });

  it('leaves a session that ended its own list', () => {
    const rooms = new Rooms();
    const session = sessionOf(1);
    rooms.add(session, 'a');
    rooms.removeFromAll(session);
    expect([...session.rooms]).toEqual(['a']);
    expect(rooms.size).toBe(0);
  });
});

describe('findRoomNameFault', () => {
  it.each([
    'a',
    'private_lobby',
    '__proto__',
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
    ['x'.repeat(256), '255 bytes'],
    ['é'.repeat(128), '255 bytes'],
    ['a\nb', 'control'],
    ['\u0000', 'control'],
    ['a\u007f', 'control'],
  ])('refuses %j', (name, why) => {
    expect(findRoomNameFault(name)).toMatch(why);
  });
});
