// In whatever order events happen, the connection holds exactly the socket that belongs to its state.
import { fc, test } from '@fast-check/vitest';
import { expect } from 'vitest';
import { startClient, type TestSocket } from './test-socket.fixture.js';

const happenings = fc.oneof(
  fc
    .constantFrom('connect', 'close', 'open', 'open plainly', 'welcome', 'open', 'welcome')
    .map((what) => ({ what, by: 0 })),
  fc.record({ what: fc.constant('drop'), by: fc.constantFrom(1000, 1006, 1012, 4401, 4403, 4508) }),
  fc.record({ what: fc.constant('advance'), by: fc.constantFrom(0, 0, 500, 10_000, 40_000) }),
);

const isLive = ({ readyState }: TestSocket): boolean => readyState < 2;

test.prop([fc.array(happenings, { maxLength: 40 }), fc.boolean()])(
  'one socket is open at most, none where the status knows of none, and none is left',
  async (sequence, renewable) => {
    const { client, clock, sockets, advance, unheardErrors } = startClient(
      renewable ? { getToken: () => 'token' } : {},
    );
    for (const { what, by } of sequence) {
      const socket = sockets.filter(isLive).at(-1);
      if (what === 'connect') client.connect();
      else if (what === 'close') client.close();
      else if (what === 'drop') socket?.drop(by);
      else if (what === 'advance') await advance(by);
      else if (what === 'welcome' && socket?.readyState === 1 && socket.protocol !== '') socket.welcome();
      else if (what.startsWith('open') && socket?.readyState === 0)
        socket.open(what === 'open' ? undefined : '');

      const live = sockets.filter(isLive).length;
      const { name } = client.status;
      expect(live).toBeLessThanOrEqual(1);
      if (name === 'connected') expect(live).toBe(1);
      if (name === 'idle' || name === 'closed') expect(live).toBe(0);
      if (name === 'reconnecting' && client.status.nextAttemptAt !== undefined) expect(live).toBe(0);
    }
    client.close();
    unheardErrors();
    expect(sockets.filter(isLive)).toEqual([]);
    expect(clock.pending).toBe(0);
  },
);
