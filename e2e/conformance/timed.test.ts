// What the protocol says of time. The clock stands still until a test turns it, so these cannot run against another server.
import { once } from 'node:events';
import { createManualClock } from '@wirepact/core/testing';
import { describe, expect, it, onTestFinished } from 'vitest';
import { open, openV1, protocolsOf, type RawSocket } from './raw-socket.js';
import { startTarget } from './reference-server.js';

async function start() {
  const clock = createManualClock({ startMs: 1_000_000 });
  const target = await startTarget(clock);
  onTestFinished(async () => {
    await target.close();
    expect(clock.pending).toBe(0);
  });
  /** Lets time pass, while clients do what they do by themselves. */
  const advance = async (ms: number, ...clients: RawSocket[]): Promise<void> => {
    for (let left = ms; left > 0; left -= 1_000) {
      clock.advance(Math.min(left, 1_000));
      for (const client of clients) {
        if (client.webSocket.readyState !== 1) continue;
        client.webSocket.ping();
        await Promise.race([once(client.webSocket, 'pong'), client.closed]);
      }
    }
  };
  return { clock, url: target.url, advance };
}

describe('$hello', () => {
  it('that does not come within 10 s closes with 4408', async () => {
    const { url, advance } = await start();
    const client = await open(`${url}/ws`, protocolsOf());
    await advance(9_999, client);
    expect(client.webSocket.readyState).toBe(1);
    await advance(1_001, client);
    expect((await client.closed).code).toBe(4408);
  });
});

describe('a quiet line', () => {
  it('is pinged every 25 s ± 10 %', async () => {
    const { url, clock } = await start();
    const [client, other] = [await open(`${url}/ws`), await open(`${url}/ws`)];
    const pingedAt: number[] = [clock.now()];
    client.webSocket.on('ping', () => pingedAt.push(clock.now()));
    while (pingedAt.length < 4) {
      clock.advance(1_000);
      // whoever would have been pinged by now has been, when somebody else hears an answer
      await other.heard();
    }
    const pauses = pingedAt.slice(1).map((at, index) => at - (pingedAt[index] ?? NaN));
    // the server looks once a second, and at the last time before a ping is due; this test looks once a second as well
    for (const pause of pauses) expect(pause).toBeGreaterThanOrEqual(22_500 - 1_000);
    for (const pause of pauses) expect(pause).toBeLessThanOrEqual(27_500 + 1_000);
  });

  it('hears a $pong after 25 s where wirepact.v1 is spoken, and nothing where it is not', async () => {
    const { url, clock } = await start();
    const [client, plain] = [await openV1(`${url}/ws`), await open(`${url}/ws`)];
    clock.advance(26_000);
    expect(await client.heard()).toEqual([{ path: '$pong' }]);
    expect(await plain.heard()).toEqual([]);
  });

  it('that is busy hears no $pong', async () => {
    const { url, advance } = await start();
    const client = await openV1(`${url}/ws`);
    for (let n = 1; n <= 6; n += 1) {
      await advance(10_000, client);
      expect(await client.ask({ path: 'time', id: n })).toEqual([{ path: 'time', data: 'noon', id: n }]);
    }
  });

  it('that answers nothing for 10 s is given up', async () => {
    const { url, clock } = await start();
    const client = await open(`${url}/life`);
    const witness = await open(`${url}/life`);
    await witness.heard();
    client.webSocket.pause();
    clock.advance(26_000);
    await witness.heard();
    clock.advance(10_000);
    expect(await witness.next()).toMatchObject({ data: expect.stringContaining('left: 2') as unknown });
    client.webSocket.resume();
    expect((await client.closed).code).toBe(1006);
  });
});

describe('an identity that expires', () => {
  it('is asked for by $reauth, lives on for 25 s, and is then closed with 4401', async () => {
    const { url, advance } = await start();
    const client = await openV1(`${url}/guarded`, 'ann@1010000');
    await advance(9_999, client);
    expect(await client.heard()).toEqual([]);
    await advance(1_001, client);
    expect(await client.heard()).toEqual([{ path: '$reauth' }]);
    await advance(23_000, client);
    expect((await client.ask({ path: 'who', id: 1 })).at(-1)).toMatchObject({ data: 'ann' });
    await advance(2_000, client);
    expect(await client.closed).toEqual({ code: 4401, reason: 'the identity has expired' });
  });

  it('is kept by an $auth that comes in time', async () => {
    const { url, advance } = await start();
    const client = await openV1(`${url}/guarded`, 'ann@1010000');
    await advance(11_000, client);
    await client.ask({ path: '$auth', data: 'ann' });
    await advance(60_000, client);
    expect(client.webSocket.readyState).toBe(1);
  });
});

it('a client that does not answer the close is cut off a second after the server began to', async () => {
  const clock = createManualClock();
  const target = await startTarget(clock);
  const client = await open(`${target.url}/ws`);
  client.webSocket.pause();
  const closing = target.close();
  clock.advance(1_000);
  await closing;
  client.webSocket.resume();
  expect((await client.closed).code).toBe(1001);
});
