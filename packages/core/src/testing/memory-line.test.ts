import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Transport } from '../transport.js';
import { createManualClock } from './manual-clock.js';
import type { Line } from './memory-line.js';
import { createMemoryNetwork } from './memory-network.js';
import { createSeededRandom } from './seeded-random.js';

function start(seed?: number) {
  const clock = createManualClock();
  const network = createMemoryNetwork(seed === undefined ? { clock } : { clock, seed });
  const heard: string[] = [];
  const transports: Transport[] = [];
  network.listen('/', {
    admit: async () => ({
      accepted: true,
      protocol: undefined,
      open(transport) {
        transports.push(transport);
        transport.listen({
          message: (text) => heard.push(`${text} at ${clock.now()}`),
          drained: () => {},
          closed: (code) => heard.push(`${code} at ${clock.now()}`),
        });
      },
    }),
  });
  const connect = (line: Line = network) => {
    const events: string[] = [];
    const socket = new line.WebSocket('ws://host/');
    socket.addEventListener('open', () => events.push(`open at ${clock.now()}`));
    socket.addEventListener('message', ({ data }: { data: string }) =>
      events.push(`${data} at ${clock.now()}`),
    );
    socket.addEventListener('close', ({ code }: { code: number }) =>
      events.push(`${code} at ${clock.now()}`),
    );
    return { socket, events };
  };
  const advance = async (ms: number): Promise<void> => {
    for (let passed = 0; passed < ms; passed += 1) {
      await network.settle();
      clock.advance(1);
    }
    await network.settle();
  };
  return { clock, network, heard, transports, connect, advance };
}

async function connected(line?: (app: ReturnType<typeof start>) => Line) {
  const app = start();
  const client = app.connect(line?.(app));
  await app.network.settle();
  client.events.length = 0;
  const [transport] = app.transports;
  return { ...app, ...client, transport: transport! };
}

describe('a line with delays', () => {
  it('takes its time each way, to connect as well', async () => {
    const { network, connect, advance, transports, heard } = start();
    network.delay(20, 30);
    const { socket, events } = connect();
    await advance(60);
    socket.send('a');
    transports[0]!.send('b');
    await advance(60);
    expect(events).toEqual(['open at 50', 'b at 90']);
    expect(heard).toEqual(['a at 80']);
  });

  it('has taken what is on its way', async () => {
    const { network, transport } = await connected();
    network.delay(20);
    transport.send('12345');
    expect(transport.bufferedBytes).toBe(5);
    await network.settle();
    expect(transport.bufferedBytes).toBe(0);
  });

  it('never changes the order within a connection, and repeats itself with its seed', async () => {
    const delays = fc.tuple(fc.nat(20), fc.nat(20)).map(([least, more]) => [least, least + more] as const);
    const run = async (seed: number, delay: readonly [number, number]): Promise<readonly string[]> => {
      const { network, connect, advance, transports } = start(seed);
      const { events } = connect();
      await network.settle();
      network.delay(0, delay);
      for (let n = 0; n < 20; n += 1) {
        transports[0]!.send(`${n}`);
        if (n % 3 === 0) await advance(1);
      }
      await advance(60);
      return events;
    };
    await fc.assert(
      fc.asyncProperty(fc.nat(), delays, async (seed, delay) => {
        const events = await run(seed, delay);
        expect(events.slice(1).map((event) => parseInt(event, 10))).toEqual([...Array(20).keys()]);
        expect(await run(seed, delay)).toEqual(events);
      }),
      { numRuns: 20 },
    );
  });

  it('needs a clock', () => {
    expect(() => createMemoryNetwork().delay(1)).toThrow(TypeError);
    expect(() => createMemoryNetwork().throttle(1)).toThrow(TypeError);
  });
});

describe('a throttled line', () => {
  it('takes so many bytes a second, and what waits is counted', async () => {
    const { network, transport, events, advance } = await connected();
    network.throttle(Infinity, 1_000);
    for (const text of ['a'.repeat(10), 'b'.repeat(20)]) transport.send(text);
    await network.settle();
    expect(transport.bufferedBytes).toBe(30);
    await advance(10);
    expect(transport.bufferedBytes).toBe(20);
    await advance(20);
    expect(transport.bufferedBytes).toBe(0);
    expect(events).toEqual([`${'a'.repeat(10)} at 10`, `${'b'.repeat(20)} at 30`]);
  });

  it('counts what waits at the client, too', async () => {
    const { network, socket, heard, advance } = await connected();
    network.throttle(1_000);
    socket.send('abcde');
    expect(socket.bufferedAmount).toBe(5);
    await advance(5);
    expect(socket.bufferedAmount).toBe(0);
    expect(heard).toEqual(['abcde at 5']);
  });

  it.each([0, -1, NaN])('refuses a rate at which nothing ever arrives: %s', async (rate) => {
    const { network } = await connected();
    expect(() => network.throttle(rate)).toThrow(TypeError);
    expect(() => network.throttle(1_000, rate)).toThrow(`throttle is ${rate}`);
  });

  it('flows as soon as it is no longer throttled', async () => {
    const { network, transport, events } = await connected();
    network.throttle(1);
    transport.send('abc');
    await network.settle();
    network.throttle(Infinity);
    await network.settle();
    expect(events).toEqual(['abc at 0']);
  });
});

describe('a frozen line', () => {
  it('lets nothing through, and loses nothing', async () => {
    const { network, transport, socket, events, heard, connect } = await connected();
    network.freeze(true);
    socket.send('up');
    transport.send('down');
    transport.ping();
    const other = connect();
    await network.settle();
    expect([...events, ...heard, ...other.events]).toEqual([]);
    expect(transport.bufferedBytes).toBe(4);
    network.freeze(false);
    await network.settle();
    expect(events).toEqual(['down at 0']);
    expect(heard).toEqual(['up at 0']);
    expect(other.events).toEqual(['open at 0']);
    expect(transport.receivedBytes).toBeGreaterThan(2);
  });

  it('tells the other end of a close when it moves again', async () => {
    const { network, transport, events, heard } = await connected();
    network.freeze(true);
    transport.send('too late');
    transport.terminate();
    await network.settle();
    expect(heard).toEqual(['1006 at 0']);
    expect(events).toEqual([]);
    network.freeze(false);
    await network.settle();
    expect(events).toEqual(['1006 at 0']);
    expect(network.connections).toBe(0);
  });

  it('lets a client give up while it connects', async () => {
    const { network, connect, heard, transports } = start();
    network.freeze(true);
    const { socket, events } = connect();
    await network.settle();
    socket.close();
    expect(events).toEqual(['1006 at 0']);
    network.freeze(false);
    await network.settle();
    expect(network.connections).toBe(0);
    expect(heard).toHaveLength(transports.length);
  });
});

describe('a half-open line', () => {
  it.each(['up', 'down', 'both'] as const)('loses what goes %s, and tells nobody', async (loses) => {
    const { network, transport, socket, events, heard } = await connected();
    network.halfOpen(loses);
    socket.send('up');
    transport.send('down');
    await network.settle();
    expect(heard).toEqual(loses === 'down' ? ['up at 0'] : []);
    expect(events).toEqual(loses === 'up' ? ['down at 0'] : []);
    expect(transport.bufferedBytes).toBe(0);
    expect(network.connections).toBe(1);
  });

  it('is closed at either end without the other', async () => {
    const { network, transport, socket, events, heard } = await connected();
    network.halfOpen();
    socket.close(4000);
    await network.settle();
    expect(events).toEqual(['1006 at 0']);
    expect(heard).toEqual([]);
    expect(network.connections).toBe(1);
    transport.close(4409, '');
    await network.settle();
    expect(heard).toEqual(['4409 at 0']);
    expect(network.connections).toBe(0);
  });

  it('ends a close that was on its way', async () => {
    const { network, transport, socket, events } = await connected();
    socket.close(1000);
    network.cut('server');
    await network.settle();
    expect(events).toEqual(['1006 at 0']);
    expect(transport.bufferedBytes).toBe(0);
    expect(network.connections).toBe(0);
  });

  it('is whole again for who connects anew', async () => {
    const { network, connect, heard } = await connected();
    network.halfOpen();
    const { socket } = connect();
    await network.settle();
    socket.send('here');
    await network.settle();
    expect(heard).toEqual(['here at 0']);
  });

  it.each(['client', 'server'] as const)('may be seen by the %s alone', async (end) => {
    const { network, events, heard } = await connected();
    network.cut(end);
    await network.settle();
    expect(end === 'client' ? events : heard).toEqual(['1006 at 0']);
    expect(end === 'client' ? heard : events).toEqual([]);
  });
});

describe('a line of its own', () => {
  it('is disturbed alone, and with the whole network', async () => {
    const { network, connect, advance } = start();
    const line = network.createLine();
    const [alone, other] = [connect(line), connect()];
    await network.settle();
    expect([line.connections, network.connections, line.upgrades, network.upgrades]).toEqual([1, 2, 1, 2]);
    line.cut();
    await network.settle();
    expect(alone.events).toEqual(['open at 0', '1006 at 0']);
    line.isUp = false;
    const refused = connect(line);
    await advance(5);
    network.cut();
    await network.settle();
    expect(refused.events).toEqual(['1006 at 0']);
    expect(other.events).toEqual(['open at 0', '1006 at 5']);
  });

  it('has its own delay, or that of the network', async () => {
    const { network, connect, advance } = start();
    const line = network.createLine();
    network.delay(10);
    const first = connect(line);
    await advance(20);
    line.delay(0);
    const second = connect(line);
    await advance(20);
    expect([...first.events, ...second.events]).toEqual(['open at 20', 'open at 20']);
  });
});

describe('a seeded random()', () => {
  it('gives the same numbers for the same seed, spread evenly', () => {
    const random = createSeededRandom(7);
    const same = createSeededRandom(7);
    const numbers = Array.from({ length: 10_000 }, () => random());
    expect(Array.from({ length: 10_000 }, () => same())).toEqual(numbers);
    expect(createSeededRandom(8)()).not.toBe(numbers[0]);
    const tenths = Array.from({ length: 10 }, (_, tenth) =>
      numbers.filter((number) => Math.floor(number * 10) === tenth),
    );
    for (const tenth of tenths) expect(Math.abs(tenth.length - 1_000)).toBeLessThan(150);
  });
});
