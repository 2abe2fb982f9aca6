// Thousands who begin to ask for a connection and never go on: they are closed soon, and nothing of them is kept.
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { startAsked } from './asked-process.js';
import type { FuzzedReading } from './fuzzed-process.js';
import type { Figure, Measure } from './measure.js';

const half = 'GET /ws HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nX-Long: ';
/** So many are opened at a time, which no queue of the system’s is too short for. */
const batch = 100;

export const halfSent: Measure = {
  id: 'half-sent',
  title: 'handshakes that are begun but never completed',
  async run(isQuick) {
    const count = isQuick ? 3_000 : 15_000;
    const { ready: port, ask, close } = await startAsked<'read', number>('fuzzed-process');
    const read = (): Promise<FuzzedReading> => ask('read');
    const flood = async (): Promise<{ readonly peak: FuzzedReading; readonly longestMs: number }> => {
      const open: Promise<number>[] = [];
      for (let opened = 0; opened < count; opened += batch) {
        const begun = await Promise.all(Array.from({ length: batch }, () => begin(port)));
        open.push(...begun.map(({ life }) => life));
      }
      const peak = await read();
      return { peak, longestMs: Math.max(...(await Promise.all(open))) };
    };
    const before = await read();
    const { peak, longestMs } = await flood();
    await delay(1_000);
    const after = await read();
    await flood();
    await delay(1_000);
    const again = await read();
    close();
    const more = (later: number, sooner: number): Pick<Figure, 'value' | 'unit'> => ({
      value: (later - sooner) / 1e6,
      unit: 'MB',
    });
    return [
      { name: 'handshakes', value: count, unit: '' },
      { name: 'longest time until the server closed one', value: longestMs / 1_000, unit: 's', atMost: 7 },
      { name: 'additional RSS while most were open', ...more(peak.rss, before.rss) },
      { name: 'additional heap and buffers afterwards', ...more(after.held, before.held), atMost: 50 },
      {
        name: 'additional RSS afterwards, which the operating system may reclaim',
        ...more(after.rss, before.rss),
      },
      { name: 'additional RSS after as many again', ...more(again.rss, after.rss), atMost: 50 },
    ];
  },
};

/** Resolves once it is begun, with how long it will have lived, in ms. */
async function begin(port: number): Promise<{ readonly life: Promise<number> }> {
  const socket: Socket = connect(port, '127.0.0.1');
  socket.on('error', () => undefined);
  await Promise.race([once(socket, 'connect'), once(socket, 'close')]);
  const startedAt = performance.now();
  socket.write(half.padEnd(2_000, 'x'));
  socket.resume();
  return { life: once(socket, 'close').then(() => performance.now() - startedAt) };
}
