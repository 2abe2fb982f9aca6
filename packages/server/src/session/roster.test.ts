import fc from 'fast-check';
import { expect, it } from 'vitest';
import { Roster } from './roster.js';
import type { Session } from './session.js';

it('knows who is here and whose each is, whatever comes and goes', () => {
  const users = [undefined, 'ann', 'bob', '__proto__'];
  const steps = fc.array(fc.record({ comes: fc.boolean(), who: fc.nat(7) }));
  fc.assert(
    fc.property(steps, (taken) => {
      const roster = new Roster();
      const all = Array.from({ length: 8 }, (_, n) => ({ id: `s${n}`, userId: users[n % 4] }) as Session);
      const here = new Set<Session>();
      for (const { comes, who } of taken) {
        const session = all[who]!;
        if (comes) roster.add(session);
        else roster.remove(session);
        if (comes) here.add(session);
        else here.delete(session);

        expect(roster.countClients).toBe(here.size);
        expect(new Set(roster.all())).toEqual(here);
        for (const one of all) expect(roster.find(one.id)).toBe(here.has(one) ? one : undefined);
        const known = new Set([...here].map(({ userId }) => userId).filter((id) => id !== undefined));
        expect(roster.countUsers).toBe(known.size);
        for (const user of known) {
          expect(new Set(roster.ofUser(user))).toEqual(
            new Set([...here].filter(({ userId }) => userId === user)),
          );
        }
        expect(roster.ofUser('nobody').size).toBe(0);
      }
    }),
  );
});
