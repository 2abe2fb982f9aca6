import { defineChannels } from '@wirepact/core';
import { describe, expect, it } from 'vitest';
import type { LimitOptions } from '../limits/limits.js';
import { Roster } from './roster.js';
import type { Session } from './session.js';
import { Suspended } from './suspended.js';
import { createTestServer, type TestClient } from '../test-server.fixture.js';

const channels = defineChannels({});

function start(limits: LimitOptions = {}, resumeForMs = 120_000) {
  const gone: (string | undefined)[] = [];
  const server = createTestServer(channels, {
    authenticate: ({ token }) => token,
    userId: (name) => name?.replace(/\d/, ''),
    limits,
    session: { resumeForMs },
    event: { onDisconnect: ({ context }, { code }) => gone.push(`${context} ${code}`) },
  });
  const isResumed = async (client: TestClient, token: string) =>
    (await server.resume(client, {}, token)).welcome.resumed;
  return { server, gone, isResumed };
}

describe('a client that is away', () => {
  it('waits behind the others when it is added anew', () => {
    const waiting = new Suspended(new Roster(), { maxClients: 10, socketsPerUser: 10 } as never);
    const [first, second] = [{ suspendedAt: 1 } as Session, { suspendedAt: 2 } as Session];
    for (const session of [first, second]) waiting.add(session);
    first.suspendedAt = 3;
    waiting.add(first);
    expect([...waiting.since(2)]).toEqual([second]);
  });

  it('is waited for as long as the options say, and then has gone as it went', async () => {
    const { server, gone, isResumed } = start();
    const [ann, bob] = [await server.connect('ann'), await server.connect('bob')];
    ann.cut();
    server.clock.advance(500);
    bob.transport.end(4001);
    server.clock.advance(119_499);
    expect([gone, server.sockets.stats().suspended]).toEqual([[], 2]);
    server.clock.advance(1);
    expect(gone).toEqual(['ann 1006']);
    expect(server.sockets.countClients).toBe(1);
    server.clock.advance(1_000);
    expect(gone).toEqual(['ann 1006', 'bob 4001']);
    expect(server.clock.pending).toBe(0);
    expect(await isResumed(ann, 'ann')).toBe(false);
  });

  it('is waited for anew each time', async () => {
    const { server, gone } = start();
    const ann = await server.connect('ann');
    ann.cut();
    server.clock.advance(119_000);
    const back = await server.resume(ann, {}, 'ann');
    back.cut();
    server.clock.advance(119_000);
    expect(gone).toEqual([]);
    expect((await server.resume(back, {}, 'ann')).welcome.resumed).toBe(true);
  });

  it('is one of as many as may be connected: of more, those go that have waited longest', async () => {
    const { server, gone } = start({ maxClients: 2 });
    const clients: TestClient[] = [];
    for (const name of ['ann', 'bob', 'eve']) {
      const client = await server.connect(name);
      client.cut();
      server.clock.advance(1);
      clients.push(client);
    }
    expect(gone).toEqual(['ann 1006']);
    expect(server.sockets.stats()).toMatchObject({ clients: 2, suspended: 2 });
    expect((await server.resume(clients[2]!, {}, 'eve')).welcome.resumed).toBe(true);
  });

  it('is one of as many of its user as may be connected', async () => {
    const { server, gone } = start({ socketsPerUser: 2 });
    await server.connect('ann0');
    for (const name of ['ann1', 'bob1', 'ann2', 'bob2', 'ann3', 'ann4']) {
      const client = await server.connect(name);
      server.clock.advance(1);
      client.cut();
    }
    expect(gone).toEqual(['ann1 1006', 'ann2 1006']);
    expect(server.sockets.user('ann').size).toBe(3);
  });
});
