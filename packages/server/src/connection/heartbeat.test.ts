import { defineChannels } from '@wirepact/core';
import { createManualClock } from '@wirepact/core/testing';
import { describe, expect, it, vi } from 'vitest';
import { z } from 'zod';
import type { SocketManagerOptions } from '../options.js';
import { createTestServer, settle, type TestClient } from '../test-server.fixture.js';

const channels = defineChannels({
  output: { out: z.string() },
});

type Options = SocketManagerOptions<typeof channels, undefined>;

function start(options: Options = {}, chance = 0.5) {
  const gone: number[] = [];
  const onDisconnect: NonNullable<Options['event']>['onDisconnect'] = (_socket, { code }) => gone.push(code);
  const clock = createManualClock({ random: () => chance });
  const server = createTestServer(channels, { event: { onDisconnect }, ...options }, clock);
  return { server, clock, gone };
}

/** Answers every ping, as the platform does. */
function answering({ transport }: TestClient): void {
  transport.ping = () => {
    transport.pings += 1;
    transport.receivedBytes += 2;
  };
}

describe('a connection', () => {
  it.each([
    [0, 22_500],
    [0.5, 25_000],
    [0.999, 27_500],
  ])('is pinged every 25 s ± 10 %% (chance %d: %i ms)', async (chance, everyMs) => {
    const { server, clock } = start({}, chance);
    const client = await server.connectPlain();
    answering(client);
    clock.advance(everyMs - 1_000);
    expect(client.transport.pings).toBe(0);
    clock.advance(2_000);
    expect(client.transport.pings).toBe(1);
    clock.advance(everyMs * 9);
    expect(client.transport.pings).toBeGreaterThanOrEqual(9);
    expect(client.transport.pings).toBeLessThanOrEqual(10);
    expect(client.transport.closedWith).toBeUndefined();
  });

  it('is given up when nothing comes for 10 s after a ping', async () => {
    const { server, clock, gone } = start();
    const client = await server.connectPlain();
    clock.advance(25_000);
    expect(client.transport.pings).toBe(1);
    clock.advance(9_999);
    expect(gone).toEqual([]);
    clock.advance(1_001);
    await settle();
    expect(gone).toEqual([1006]);
    expect(server.sockets.stats()).toMatchObject({ silentClosed: 1, clients: 0 });
    clock.advance(1_000);
    expect(clock.pending).toBe(0);
  });

  it.each([0, 0.5, 0.999])(
    'is given up no later than 37.5 s after it fell silent (chance %d)',
    async (chance) => {
      const { server, clock, gone } = start({}, chance);
      const client = await server.connectPlain();
      const { ping } = client.transport;
      answering(client);
      while (client.transport.pings === 0) clock.advance(100);
      client.transport.ping = ping;
      clock.advance(37_500);
      await settle();
      expect(gone).toEqual([1006]);
    },
  );

  it('lives by any byte, be it of a message that is not whole yet', async () => {
    const { server, clock, gone } = start();
    const client = await server.connectPlain();
    for (let n = 0; n < 30; n += 1) {
      clock.advance(9_000);
      client.transport.receivedBytes += 1;
    }
    expect(gone).toEqual([]);
  });

  it('lives while it takes what waits for it, however slowly', async () => {
    const { server, clock } = start();
    const client = await server.connectPlain();
    client.transport.bufferedBytes = 500_000;
    for (let n = 0; n < 10; n += 1) {
      clock.advance(9_000);
      client.transport.drain(client.transport.bufferedBytes - 1_000);
    }
    expect(client.transport.closedWith).toBeUndefined();
  });

  it('lives while it takes one large message, however slowly', async () => {
    const { server, clock } = start();
    const client = await server.connect();
    client.transport.bufferedBytes = 500_000;
    for (let left = 500_000; left > 0; left -= 10_000) {
      client.transport.unsentBytes = left;
      clock.advance(9_000);
    }
    expect(client.transport.closedWith).toBeUndefined();
    clock.advance(11_000);
    expect(client.transport.closedWith?.code).toBe(4508);
  });

  it('is given up with 4508 when it takes nothing of what waits for it for 10 s', async () => {
    const { server, clock } = start();
    const client = await server.connect();
    client.transport.bufferedBytes = 1;
    clock.advance(10_000);
    expect(client.transport.closedWith).toBeUndefined();
    clock.advance(1_000);
    expect(client.transport.closedWith?.code).toBe(4508);
    await settle();
    // it may be faster the next time
    expect(server.sockets.stats()).toMatchObject({ slowClosed: 1, silentClosed: 0, suspended: 1 });
  });

  it('is not stuck by what came to wait later', async () => {
    const { server, clock } = start();
    const { transport } = await server.connect();
    for (let n = 0; n < 20; n += 1) {
      transport.bufferedBytes = 1_000;
      transport.receivedBytes += 1;
      clock.advance(6_000);
      transport.drain(500);
      clock.advance(6_000);
      transport.drain(0);
    }
    expect(transport.closedWith).toBeUndefined();
  });

  it('may be stuck for as long as the options say', async () => {
    const { server, clock } = start({ backpressure: { stallMs: 3_000 } });
    const { transport } = await server.connect();
    transport.bufferedBytes = 1;
    clock.advance(3_000);
    expect(transport.closedWith).toBeUndefined();
    clock.advance(1_000);
    expect(transport.closedWith?.code).toBe(4508);
  });

  it('is silent although the network took what it was sent', async () => {
    const { server, clock, gone } = start();
    const client = await server.connectPlain();
    for (let n = 0; n < 36; n += 1) {
      client.transport.drain(0);
      clock.advance(1_000);
    }
    expect(gone).toEqual([1006]);
  });

  it('is not called silent while nobody reads what it says', async () => {
    const { server, clock, gone } = start();
    const client = await server.connectPlain();
    client.transport.isReading = false;
    clock.advance(100_000);
    expect(gone).toEqual([]);
    client.transport.isReading = true;
    clock.advance(60_000);
    expect(gone).toEqual([1006]);
  });

  it('is watched at the pace that the options say', async () => {
    const { server, clock, gone } = start({ heartbeat: { intervalMs: 100, timeoutMs: 40 } });
    const client = await server.connectPlain();
    clock.advance(110);
    expect(client.transport.pings).toBe(1);
    clock.advance(50);
    expect(gone).toEqual([1006]);
  });
});

describe('a client that speaks the protocol', () => {
  it.each([
    ['after 25 s', 0.999, 25_000],
    ['when it is pinged', 0, 22_000],
  ])('hears an unasked $pong, if it was sent nothing else, %s', async (_when, chance, quietMs) => {
    const { server, clock } = start({}, chance);
    const client = await server.connect();
    answering(client);
    for (let count = 1; count <= 3; count += 1) {
      clock.advance(quietMs - 1_000);
      expect(client.take()).toEqual([]);
      clock.advance(1_000);
      expect([client.take(), client.transport.pings]).toEqual([[{ path: '$pong' }], count]);
    }
  });

  it('hears none while it is sent something else, and is pinged all the same', async () => {
    const { server, clock } = start();
    const client = await server.connect();
    answering(client);
    for (let second = 0; second < 100; second += 10) {
      clock.advance(10_000);
      server.sockets.sendToAll('output', 'something');
    }
    expect(client.takeAll().filter(({ path }) => path === '$pong')).toEqual([]);
    expect(client.transport.pings).toBeGreaterThanOrEqual(3);
  });

  it('is closed with 4408 when it says no $hello within 10 s, and was never there', async () => {
    const { server, clock, gone } = start();
    const client = await server.connectSilent();
    clock.advance(9_999);
    expect(client.transport.closedWith).toBeUndefined();
    clock.advance(1_001);
    expect(client.transport.closedWith).toEqual({ code: 4408, reason: 'no $hello came' });
    expect(gone).toEqual([]);
    client.say({ path: '$hello' });
    expect(client.take()).toEqual([]);
    expect(server.sockets.countClients).toBe(0);
  });
});

/** Time passes in which no timer runs and nothing is read; a negative one sets the clock back. */
function sleep({ clock }: ReturnType<typeof start>, ms: number): void {
  const { now } = clock;
  vi.spyOn(clock, 'now').mockImplementation(() => now() + ms);
}

describe('a process that stood still for a minute', () => {
  /** One client that was pinged, one that takes nothing, and one that has not said `$hello`. */
  async function startWatching() {
    const started = start();
    const pinged = await started.server.connectPlain();
    started.clock.advance(24_000);
    const [stuck, greeting] = [await started.server.connect(), await started.server.connectSilent()];
    stuck.transport.bufferedBytes = 1;
    started.clock.advance(1_000);
    expect(pinged.transport.pings).toBe(1);
    const codes = () => [pinged, stuck, greeting].map(({ transport }) => transport.closedWith?.code);
    return { ...started, pinged, stuck, greeting, codes };
  }

  it('reads what has arrived before it judges', async () => {
    const started = await startWatching();
    const { clock, pinged, stuck, greeting, codes } = started;
    sleep(started, 60_000);
    clock.advance(1_000);
    pinged.transport.receivedBytes += 2;
    stuck.transport.drain();
    greeting.say({ path: '$hello' });
    clock.advance(9_000);
    expect(codes()).toEqual([undefined, undefined, undefined]);
  });

  it('counts none of that time against a client, and gives up who then is silent or stuck', async () => {
    const started = await startWatching();
    const { clock, codes } = started;
    sleep(started, 60_000);
    clock.advance(9_000);
    expect(codes()).toEqual([undefined, undefined, 4408]);
    clock.advance(2_000);
    expect(codes()).toEqual([1006, 4508, 4408]);
  });

  it('judges all the same where every timer is late', async () => {
    const { server, clock } = start();
    const { transport } = await server.connectSilent();
    const { after } = clock;
    vi.spyOn(clock, 'after').mockImplementation((ms, callback) => after(ms + 5_000, callback));
    clock.advance(20_000);
    expect(transport.closedWith?.code).toBe(4408);
  });

  it('reads a new token before it finds that none came', async () => {
    const started = start({ expiresAt: () => 10_000 });
    const client = await started.server.connect();
    answering(client);
    started.clock.advance(10_000);
    expect(client.take()).toEqual([{ path: '$reauth' }]);
    sleep(started, 60_000);
    started.clock.advance(20_000);
    expect(client.transport.closedWith).toBeUndefined();
  });
});

describe('a clock that is set back by an hour', () => {
  const setBack = (started: ReturnType<typeof start>): void => sleep(started, -3_600_000);

  it.each([1_000, 20_000])(
    'keeps no client waiting for its $pong that was quiet for %i ms',
    async (quietMs) => {
      const started = start();
      const client = await started.server.connect();
      answering(client);
      started.clock.advance(quietMs);
      setBack(started);
      started.clock.advance(2_000);
      expect([client.take(), client.transport.pings]).toEqual([[{ path: '$pong' }], 1]);
      started.clock.advance(25_000);
      expect([client.take(), client.transport.pings]).toEqual([[{ path: '$pong' }], 2]);
    },
  );

  it('keeps no plain client waiting for its ping', async () => {
    const started = start();
    const client = await started.server.connectPlain();
    answering(client);
    started.clock.advance(20_000);
    setBack(started);
    started.clock.advance(28_000);
    expect(client.transport.pings).toBe(1);
  });

  it('hides nobody who is silent, stuck, or says no $hello', async () => {
    const started = start();
    const silent = await started.server.connectPlain();
    started.clock.advance(25_000);
    const [stuck, mute] = [await started.server.connect(), await started.server.connectSilent()];
    stuck.transport.bufferedBytes = 1;
    started.clock.advance(1_000);
    setBack(started);
    started.clock.advance(12_000);
    const codes = [silent, stuck, mute].map(({ transport }) => transport.closedWith?.code);
    expect(codes).toEqual([1006, 4508, 4408]);
  });

  it('lets nobody wait for longer who may not return', async () => {
    const started = start();
    const client = await started.server.connect();
    client.cut();
    setBack(started);
    started.clock.advance(1_000);
    const other = await started.server.connect();
    other.cut();
    started.clock.advance(119_000);
    expect(started.gone).toEqual([]);
    started.clock.advance(2_000);
    expect(started.gone).toEqual([1006, 1006]);
  });

  it('closes nobody for bad frames that are far apart', async () => {
    const started = start({ limits: { badFramesPer10s: 1 } });
    const client = await started.server.connect();
    answering(client);
    client.say('no frame');
    setBack(started);
    started.clock.advance(12_000);
    client.say('no frame');
    expect(client.transport.closedWith).toBeUndefined();
    client.say('no frame');
    expect(client.transport.closedWith?.code).toBe(4429);
  });

  it('has the application asked again who a client is, as often as ever', async () => {
    const recheck = vi.fn(() => true);
    const started = start({ recheck, limits: { recheckIntervalMs: 10_000 } });
    const client = await started.server.connect();
    answering(client);
    setBack(started);
    started.clock.advance(12_000);
    await settle();
    expect(recheck).toHaveBeenCalledOnce();
  });
});

it('a plain client hears no $pong', async () => {
  const { server, clock } = start();
  const client = await server.connectPlain();
  answering(client);
  clock.advance(100_000);
  expect(client.take()).toEqual([]);
});

it('a server without connections holds no timer', async () => {
  const { server, clock } = start();
  expect(clock.pending).toBe(0);
  const clients = [await server.connectPlain(), await server.connect()];
  expect(clock.pending).toBe(1);
  for (const { transport } of clients) transport.end(1000);
  clock.advance(1_000);
  expect(clock.pending).toBe(0);
  await server.connectPlain();
  expect(clock.pending).toBe(1);
  await server.sockets.close();
  expect(clock.pending).toBe(0);
});
