import { defineChannels } from '@wirepact/core';
import { describe, expect, it, vi } from 'vitest';
import { startNodes } from '../cluster/cluster.fixture.js';
import type { SocketManagerOptions } from '../options.js';
import { createTestServer, FakeTransport, request, settle, type TestClient } from '../test-server.fixture.js';

const channels = defineChannels({});
type Options = SocketManagerOptions<typeof channels, string | undefined>;

function start(options: Options = {}) {
  const server = createTestServer(channels, {
    authenticate: ({ token }) => token,
    userId: (name) => name,
    ...options,
  });
  const { sockets } = server;
  /** Asks for a connection, and says how that ended: by a status, or by what the client is closed with. */
  const connect = async (remoteAddress: string, headers: Record<string, string> = {}) => {
    const admission = await sockets.admit({
      ...request,
      remoteAddress,
      headers: { ...request.headers, ...headers },
    });
    if (!admission.accepted) return admission.status;
    const transport = new FakeTransport(admission.protocol);
    admission.open(transport);
    return transport.closedWith?.code ?? transport;
  };
  const connectMany = (count: number, ...args: Parameters<typeof connect>) =>
    Promise.all(Array.from({ length: count }, () => connect(...args)));
  return {
    server,
    sockets,
    clock: server.clock,
    connect,
    connectMany,
    refused: () => sockets.stats().refused,
  };
}

const isOpen = (end: number | FakeTransport): boolean => typeof end !== 'number';
const v1 = { 'sec-websocket-protocol': 'wirepact.v1' };

describe('an address', () => {
  const here = '203.0.113.5';

  it('connects 200 times at once and 50 times a second, and gets 429 beyond that', async () => {
    const { clock, connect, connectMany, refused } = start();
    expect((await connectMany(200, here)).every(isOpen)).toBe(true);
    expect([await connect(here), await connect(here, v1)]).toEqual([429, 429]);
    expect(refused().rate).toBe(2);
    expect(isOpen(await connect('203.0.113.6'))).toBe(true);
    clock.advance(19);
    expect(await connect(here)).toBe(429);
    clock.advance(1);
    expect(isOpen(await connect(here))).toBe(true);
    expect(await connect(here)).toBe(429);
  });

  it('that connects too often is refused before anybody is asked who it is', async () => {
    let asked = 0;
    const { connect } = start({
      limits: { upgradeBurstPerIp: 1 },
      origins: () => (asked += 1) > 0,
      authenticate: () => void (asked += 1),
    });
    await connect(here);
    expect([await connect(here), asked]).toEqual([429, 2]);
  });

  it('has a thousand connections, and another one when one of them has ended', async () => {
    const { connect, connectMany, refused } = start({ limits: { upgradeBurstPerIp: 5_000 } });
    const [first] = await connectMany(1_000, here);
    expect([await connect(here), await connect(here, v1), refused().address]).toEqual([429, 429, 2]);
    (first as FakeTransport).end(1001);
    expect(isOpen(await connect(here))).toBe(true);
    expect(await connect(here)).toBe(429);
    expect(isOpen(await connect('203.0.113.6'))).toBe(true);
  });

  it('has no more of them by asking for all at once', async () => {
    const { connectMany, refused, sockets } = start({ limits: { socketsPerIp: 3 } });
    const ends = await connectMany(10, here);
    expect(ends.filter(isOpen)).toHaveLength(3);
    expect([sockets.countClients, refused().address]).toEqual([3, 7]);
  });

  it('is that of the client behind trusted proxies, and the proxy’s behind others', async () => {
    const options: Options = { limits: { socketsPerIp: 2 }, trustProxy: ['192.0.2.0/24'] };
    const from = (address: string) => ({ 'x-forwarded-for': address });
    const { connect, sockets } = start(options);
    const ends = [];
    for (const proxy of ['192.0.2.1', '198.51.100.1']) {
      for (let n = 0; n < 3; n += 1) ends.push(isOpen(await connect(proxy, from(`203.0.113.${n}`))));
      for (let n = 0; n < 2; n += 1) ends.push(isOpen(await connect(proxy, from('203.0.113.0'))));
    }
    expect(ends).toEqual([true, true, true, true, false, true, true, false, false, false]);
    const [first] = sockets.clients();
    expect(first?.handshake.remoteAddress).toBe('203.0.113.0');
  });

  it.each(['127.0.0.1', '10.1.2.3', '::ffff:192.168.0.1', '::1', 'fd00::1'])(
    'of an internal network, %s, is a proxy’s and has as many as there are clients',
    async (address) => {
      const { connectMany } = start({ limits: { upgradeBurstPerIp: 2, socketsPerIp: 1 } });
      expect((await connectMany(50, address)).every(isOpen)).toBe(true);
    },
  );
});

describe('a user', () => {
  const headers = (protocol: string) => ({
    'sec-websocket-protocol': `${protocol}wirepact.auth.${Buffer.from('ann').toString('base64url')}`,
  });
  const plain = headers('');
  const spoken = headers('wirepact.v1, ');

  it('has twenty connections; another is refused by 429, or closed with 4429 when it greets', async () => {
    const { server, connect, refused, sockets } = start();
    const clients: TestClient[] = [];
    for (let n = 0; n < 20; n += 1) clients.push(await server.connect('ann'));
    const tooMany = await server.connect('ann');
    expect([await connect('127.0.0.1', plain), tooMany.transport.closedWith?.code]).toEqual([429, 4429]);
    expect([refused().user, sockets.countClients]).toEqual([2, 20]);
    await server.connect('bob');
    clients[0]!.transport.end(1000);
    await server.connect('ann');
    expect(sockets.user('ann').size).toBe(20);
  });

  it('has no more of them by asking for all at once', async () => {
    const { connectMany, refused, sockets } = start({ limits: { socketsPerUser: 3 } });
    const ends = await connectMany(5, '127.0.0.1', plain);
    expect(ends.filter((end) => end === 4429)).toHaveLength(2);
    expect([sockets.countClients, refused().user]).toEqual([3, 2]);
  });

  it('takes over its own connection, dead or not, with as many as it may have', async () => {
    const { server, refused, sockets } = start({ limits: { socketsPerUser: 1 } });
    let client = await server.connect('ann');
    for (let n = 0; n < 3; n += 1) {
      const back = await server.resume(client, {}, 'ann');
      expect([back.welcome.resumed, client.transport.closedWith?.code]).toEqual([true, 4409]);
      client = back;
    }
    expect([sockets.countClients, refused().user]).toEqual([1, 0]);
  });

  it('is not kept out by connections that have not said whose they are', async () => {
    const { server } = start({ limits: { socketsPerUser: 1 } });
    await server.connectSilent('ann');
    expect((await server.connect('ann')).welcome.resumed).toBe(false);
  });

  it('has no more of them by coming back to more; those that are away stay so', async () => {
    const { server, refused, sockets } = start({ limits: { socketsPerUser: 2 } });
    const away = [await server.connect('ann'), await server.connect('ann')];
    for (const client of away) client.cut();
    const [first] = [await server.connect('ann'), await server.connect('ann')];
    const back = await server.resume(away[0]!, {}, 'ann');
    expect(back.transport.closedWith?.code).toBe(4429);
    expect([sockets.stats().suspended, refused().user]).toEqual([2, 1]);
    first.transport.end(1000);
    expect((await server.resume(away[0]!, {}, 'ann')).welcome.resumed).toBe(true);
  });

  it('may have twice as many that have not greeted, and no more', async () => {
    const { connectMany, refused } = start({ limits: { socketsPerUser: 3 } });
    const ends = await connectMany(8, '127.0.0.1', spoken);
    expect(ends.filter((end) => end === 4429)).toHaveLength(2);
    expect(refused().user).toBe(2);
  });

  it('of one process has as many there, and what was put down of one too many is taken back', async () => {
    const { nodes, brokers } = await startNodes(channels, { limits: { socketsPerUser: 1 } });
    const [one, other] = nodes;
    const client = await one.connect('ann');
    const takenBack = vi.spyOn(brokers[0], 'endSession');
    const tooMany = await one.connect('ann');
    expect([tooMany.transport.closedWith?.code, takenBack.mock.calls.length]).toEqual([4429, 1]);
    const elsewhere = await other.connect('ann');
    const back = await other.resume(client, {}, 'ann');
    expect(back.transport.closedWith?.code).toBe(4429);
    await settle();
    elsewhere.transport.end(1000);
    expect((await other.resume(client, {}, 'ann')).welcome.resumed).toBe(true);
  });
});

it('a server takes as many clients as it is told to, and answers 503 beyond that', async () => {
  const { connect, sockets, refused } = start({ limits: { maxClients: 2 } });
  const first = await connect('127.0.0.1');
  await connect('203.0.113.5');
  expect([await connect('127.0.0.1'), await connect('127.0.0.1', v1)]).toEqual([503, 503]);
  expect([refused().clients, sockets.countClients]).toEqual([2, 2]);
  (first as FakeTransport).end(1001);
  expect(isOpen(await connect('127.0.0.1'))).toBe(true);
});

it('clients that came and went leave nothing behind', async () => {
  const { connectMany, sockets, clock } = start({ limits: { socketsPerIp: 5 } });
  for (let round = 0; round < 10; round += 1) {
    for (const end of await connectMany(5, '203.0.113.5')) (end as FakeTransport).end(1001);
  }
  await sockets.close();
  expect([sockets.countClients, clock.pending]).toEqual([0, 0]);
});
