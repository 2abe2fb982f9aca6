// Nothing is lost silently: whatever breaks and however slowly it is read, a `reliable` message is delivered once and in order,
// or lies within a gap that the client was told of.
import { defineChannels } from '@wirepact/core';
import type { Cursor, Frame } from '@wirepact/core/internal';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { z } from 'zod';
import { createTestServer, settle, type TestClient, type TestServer } from '../test-server.fixture.js';

const channels = defineChannels({
  said: { out: z.number() },
  typing: { out: z.null(), delivery: 'volatile' },
});

/** The least that a client must do: it says of each position of a stream whether it has that, or was told that it has not. */
class Reader {
  readonly cursors: Map<string, Cursor>;
  readonly known = new Map<string, Map<number, unknown>>();
  readonly #unread: string[] = [];
  client: TestClient;

  constructor(client: TestClient) {
    this.client = client;
    this.cursors = new Map(client.cursors);
  }

  /** Reads some of what has arrived, or all. */
  read(count = Infinity): void {
    this.#unread.push(...this.client.transport.sent.splice(0));
    for (const text of this.#unread.splice(0, count)) this.#take(JSON.parse(text) as Frame);
  }

  /** What has arrived and was not read is lost with the line. */
  follow(client: TestClient): void {
    this.#unread.length = 0;
    this.client = client;
  }

  #take({ path, data, room = '$inbox', at, after }: Frame): void {
    if (path === '$stream') {
      const { room, epoch, from } = data as { room: string; epoch: string; from: number };
      const last = this.cursors.get(room);
      // one that it stood in goes on where it stood
      if (last !== undefined) expect([epoch, from]).toEqual(last);
      this.cursors.set(room, [epoch, from]);
    } else if (path === '$gap') {
      const { room, from, to } = data as { room: string; from: Cursor; to: Cursor };
      for (let missing = from[1] + 1; missing <= to[1]; missing += 1) this.#note(room, missing, 'told');
      this.cursors.set(room, to);
    } else if (at !== undefined && path !== '$error') {
      const [epoch, last] = this.cursors.get(room)!;
      if (at <= last) return;
      expect(after).toBe(last);
      this.#note(room, at, path === '$skip' ? 'skipped' : data);
      this.cursors.set(room, [epoch, at]);
    }
  }

  #note(room: string, at: number, what: unknown): void {
    const known = this.known.get(room) ?? new Map<number, unknown>();
    expect(known.has(at)).toBe(false);
    this.known.set(room, known.set(at, what));
  }
}

const steps = fc.array(
  fc.oneof(
    {
      weight: 6,
      arbitrary: fc.record({
        do: fc.constantFrom('all', 'lobby', 'others', 'you', 'typing'),
        times: fc.integer({ min: 1, max: 12 }),
      }),
    },
    { weight: 3, arbitrary: fc.record({ do: fc.constant('read' as const), count: fc.nat(20) }) },
    { weight: 2, arbitrary: fc.record({ do: fc.constant('drain' as const), bytes: fc.nat(3_000) }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('acknowledge' as const), count: fc.nat(9) }) },
    { weight: 2, arbitrary: fc.record({ do: fc.constantFrom('cut', 'return', 'repair', 'wait') }) },
  ),
  { maxLength: 60, size: 'max' },
);

const bounds = fc.constantFrom({}, { maxBytes: 400 }, { maxAgeMs: 1_500 }, { maxTotalBytes: 900 });

it('delivers what was said once and in order, or tells of it, whatever happens to the line', async () => {
  await fc.assert(
    fc.asyncProperty(steps, bounds, async (taken, logs) => {
      const server = createTestServer(channels, {
        logs,
        limits: { joinsPerSecond: 100_000 },
        backpressure: { resumeBytes: 600, softBytes: 1_200, hardBytes: 2_400 },
      });
      const reader = new Reader(await server.connect());
      const [socket] = server.sockets.clients();
      socket!.join('lobby');
      reader.read();
      const said = new Map<string, unknown[]>();
      for (const step of taken) await take(step, server, reader, said);

      await comeBack(server, reader);
      for (let turn = 0; turn < 200; turn += 1) reader.client.transport.drain(0);
      reader.read();
      for (const [room, values] of said) {
        const known = reader.known.get(room) ?? new Map<number, unknown>();
        values.forEach((value, index) => {
          const what = known.get(index + 1);
          expect([value, 'told']).toContain(what);
          if (Object.keys(logs).length === 0) expect(what).toBe(value);
        });
        expect(known.size).toBe(values.length);
      }
      await server.sockets.close();
      await settle();
      expect([server.errors, server.clock.pending, server.sockets.stats().clients]).toEqual([[], 0, 0]);
    }),
    { numRuns: 300 },
  );
});

type Step = {
  readonly do: string;
  readonly times?: number;
  readonly count?: number;
  readonly bytes?: number;
};

async function take(
  step: Step,
  server: TestServer<typeof channels, undefined>,
  reader: Reader,
  said: Map<string, unknown[]>,
): Promise<void> {
  const { sockets } = server;
  const [socket] = sockets.clients();
  const { transport } = reader.client;
  const say = (room: string, send: (n: number) => void, isForOthers = false): void => {
    for (let time = 0; time < (step.times ?? 0); time += 1) {
      const values = said.get(room) ?? [];
      const n = values.length + 1;
      said.set(room, [...values, isForOthers ? 'skipped' : n]);
      send(n);
    }
  };
  switch (step.do) {
    case 'all':
      return say('*', (n) => sockets.sendToAll('said', n));
    case 'lobby':
      return say('lobby', (n) => sockets.room('lobby').send('said', n));
    case 'others':
      return say('lobby', (n) => sockets.room('lobby').except(socket!).send('said', n), true);
    case 'you':
      return say('$inbox', (n) => socket!.send('said', n));
    case 'typing':
      return sockets.room('lobby').send('typing', null);
    case 'read':
      return reader.read(step.count);
    case 'drain':
      return transport.drain(Math.max(0, transport.bufferedBytes - (step.bytes ?? 0)));
    case 'acknowledge': {
      const [, at] = reader.cursors.get('$inbox')!;
      return reader.client.say({ path: '$ack', data: { inbox: at - (step.count ?? 0) } });
    }
    case 'cut':
      return reader.client.cut();
    case 'wait':
      return server.clock.advance(1_000);
    case 'repair': {
      // what is under way would be taken for what is asked for
      reader.read();
      const room = ['*', '$inbox', 'lobby'][said.size % 3]!;
      return reader.client.say({ path: '$join', data: { room, from: reader.cursors.get(room) }, id: 'x' });
    }
    default:
      return comeBack(server, reader);
  }
}

/** Over another connection, which breaks off the one there may be. */
async function comeBack(server: TestServer<typeof channels, undefined>, reader: Reader): Promise<void> {
  const back = await server.resume(reader.client, { streams: Object.fromEntries(reader.cursors) });
  expect(back.welcome.resumed).toBe(true);
  back.transport.isHolding = true;
  reader.follow(back);
}
