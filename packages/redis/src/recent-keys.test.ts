// Which keys of entries are remembered, as what is given back shows: an engine that loses such an entry gets it back as it was.
import type { BrokerListener } from '@wirepact/server';
import { expect, it } from 'vitest';
import type { Engine } from './engine.js';
import { Keys } from './keys.js';
import { Logs } from './logs.js';
import { SharedTexts } from './shared-text.js';
import { Signature } from './signature.js';

const publishTimeoutMs = 5_000;
/** The engine's clock, in µs. */
const now = 1_800_000_000_000_000;
const keys = new Keys('wirepact');
const head = { epoch: 'e1', at: 1 };

/** Logs over an engine that answers what the test says. */
function start() {
  let reply: unknown;
  let asked: readonly string[] = [];
  const ask = async (
    _what: string,
    { words }: { words: readonly string[] },
    read: (reply: unknown) => unknown,
  ) => {
    asked = words;
    return read(reply);
  };
  const engine = { options: { publishTimeoutMs }, asks: { ask } } as unknown as Engine;
  const logs = new Logs({
    ...{ keys, texts: new SharedTexts(new Signature(undefined), 1_000), tag: 'tag', engine: () => engine },
    listener: { appended: () => undefined } as unknown as BrokerListener,
    settings: { processId: 'p', maxLogBytes: 1_000, maxLogAgeMs: 300_000, sessionMs: 120_000 },
  });
  return {
    hear(log: string, at: number, key: string): void {
      logs.hear(log, keys.channel(log), `a${at} ${at - 1} 1 ${key} e1\n["body"]`);
    },
    /** Reads so many entries, of which the last one stands there. */
    async read(log: string, count: number, last: number): Promise<void> {
      const found = Array.from({ length: count }, (_, n) => {
        const at = last - count + n + 1;
        return [`${at}-0`, ['a', String(at - 1), 't', '1', 'k', `k${at}`, 's', '0', 'b', '["body"]']];
      });
      reply = ['e1', last, 0, found, String(now)];
      expect((await logs.read(log, { after: 0, epoch: 'e1' })).entries).toHaveLength(count);
    },
    /** The key that an entry is given back with. */
    async keyOf(log: string, at: number): Promise<string | undefined> {
      reply = ['e1', at];
      await logs.restore(log, head, [{ at, after: at - 1, time: 1, body: '["body"]' }]);
      return asked.at(-2);
    },
  };
}

it('remembers what was heard, however much that is older is read after it', async () => {
  const { hear, read, keyOf } = start();
  hear('lobby', now, 'heard');
  await read('hall', 16_384, now - 2 * publishTimeoutMs * 1_000 - 1);
  expect(await keyOf('lobby', now)).toBe('heard');
});

it('remembers what is read as long as whoever sent it may still try again', async () => {
  const { read, keyOf } = start();
  const last = now - 2 * publishTimeoutMs * 1_000 + 1;
  await read('lobby', 3, last);
  expect(await keyOf('lobby', last)).toBe(`k${last}`);
  expect(await keyOf('lobby', last - 1)).toBe(`k${last - 1}`);
  expect(await keyOf('lobby', last - 2)).toBe('');
});
