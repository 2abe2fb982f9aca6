// What the protocol says of time and sessions. The clock stands still until a test turns it.
import { createManualClock } from '@wirepact/core/testing';
import { describe, expect, it, onTestFinished } from 'vitest';
import { greet, open, type RawSocket } from './raw-socket.js';
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
    for (let left = ms; left > 0; left -= 5_000) {
      clock.advance(Math.min(left, 5_000));
      for (const client of clients) await client.heard();
    }
  };
  return { clock, url: target.url, advance };
}

const acknowledged = (last: number) => ({ path: '$ack', data: { done: [[1, last]] } });
const event = (seq: number) => ({ path: 'note', data: 'x', seq });

describe('a session whose client is away', () => {
  it('is waited for 120 s', async () => {
    const { url, advance } = await start();
    const client = await greet(`${url}/ws`);
    client.socket.webSocket.terminate();
    await client.socket.closed;
    await advance(119_000);
    const { session, token } = client;
    expect(await greet(`${url}/ws`, { session, token })).toMatchObject({ resumed: true });
  });

  it('is over after that, and leaves by what it was suspended by', async () => {
    const { url, advance } = await start();
    const client = await greet(`${url}/life`);
    const witness = await open(`${url}/life`);
    client.socket.webSocket.terminate();
    await client.socket.closed;
    await witness.heard();
    await advance(119_000, witness);
    expect(await witness.heard()).toEqual([]);
    await advance(5_000);
    expect(await witness.next()).toMatchObject({ data: expect.stringContaining('left: 2') as unknown });
    const { session, token } = client;
    expect(await greet(`${url}/life`, { session, token })).toMatchObject({ resumed: false });
  });
});

describe('$ack', () => {
  it('comes 100 ms after an event was handled, and names every one until then', async () => {
    const { url, clock } = await start();
    const { socket } = await greet(`${url}/ws`);
    expect(await socket.ask(event(1), event(2))).toEqual([]);
    clock.advance(99);
    expect(await socket.ask(event(3))).toEqual([]);
    clock.advance(1);
    expect(await socket.heard()).toEqual([acknowledged(3)]);
    clock.advance(1_000);
    expect(await socket.heard()).toEqual([]);
  });

  it('comes at once after 32', async () => {
    const { url } = await start();
    const { socket } = await greet(`${url}/ws`);
    expect(await socket.ask(...Array.from({ length: 31 }, (_, n) => event(n + 1)))).toEqual([]);
    expect(await socket.ask(event(32))).toEqual([acknowledged(32)]);
  });

  it('is not sent for what is answered, or for what has no number', async () => {
    const { url, clock } = await start();
    const { socket } = await greet(`${url}/ws`);
    await socket.ask({ path: 'time', id: 1 }, { path: 'typing', data: true });
    clock.advance(1_000);
    expect(await socket.heard()).toEqual([]);
  });
});

describe('a log', () => {
  it('keeps its entries for 300 s, and the newest for longer', async () => {
    const { url, advance } = await start();
    const witness = await greet(`${url}/bounded`);
    const room = 'open';
    const join = { path: '$join', data: { room }, id: 1 };
    await witness.socket.ask(join);
    for (const text of ['old', 'new']) {
      await witness.socket.ask({ path: 'announce', data: { room, text } });
      await advance(200_000, witness.socket);
    }
    const newcomer = await greet(`${url}/bounded`);
    const texts = (await newcomer.socket.ask(join)).filter(({ path }) => path === 'output');
    expect(texts.map(({ data }) => data)).toEqual(['new']);
  });

  it('keeps latest values for 300 s', async () => {
    const { url, advance } = await start();
    const witness = await greet(`${url}/bounded`);
    const room = 'open';
    const join = { path: '$join', data: { room }, id: 1 };
    await witness.socket.ask(join);
    for (const user of ['ann', 'bob']) {
      await witness.socket.ask({ path: 'move', data: { room, user, x: 1 } });
      await advance(200_000, witness.socket);
    }
    const newcomer = await greet(`${url}/bounded`);
    const cursors = (await newcomer.socket.ask(join)).filter(({ path }) => path === 'cursor');
    expect(cursors.map(({ data }) => data)).toEqual([{ user: 'bob', x: 1 }]);
  });
});
