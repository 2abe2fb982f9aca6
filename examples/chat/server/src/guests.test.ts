// Which names a guest may have, on arrival and later.
import { expect, it } from 'vitest';
import { Guests } from './guests.js';

const ada = { id: 'u_1', name: 'Ada' };
const guests = new Guests(() => [ada]);
const ticket = (name: string) => JSON.stringify({ secret: 'a secret of sixteen or more', name });
const forbidden = expect.objectContaining({ code: 'forbidden' });

it('a banned name is refused, on arrival as in a rename', () => {
  expect(() => guests.admit(ticket('Banned'))).toThrow(forbidden);
  expect(() => guests.freeName('Banned', ada.id)).toThrow(forbidden);
});

it('a name that somebody else has gets a number', () => {
  expect(guests.freeName('ada', 'u_2')).toBe('ada 2');
  expect(guests.freeName('ada', ada.id)).toBe('ada');
});
