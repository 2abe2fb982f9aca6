// S25: a program that talks to another machine without TLS is warned, and nobody’s word about an address is believed unasked.
import { createClient } from '@wirepact/client';
import { createManualClock } from '@wirepact/core/testing';
import { afterEach, expect, onTestFinished, test, vi } from 'vitest';
import { requestOf, settle, startServer, type Channels } from './guarded-server.js';

afterEach(() => void vi.restoreAllMocks());

/** What a client at this address says before it has connected. */
async function warningsOf(url: string): Promise<readonly unknown[]> {
  const warned = vi.spyOn(process, 'emitWarning').mockImplementation(() => undefined);
  for (let time = 0; time < 2; time += 1) {
    const clock = createManualClock();
    const client = createClient<Channels>({ url, clock });
    onTestFinished(() => client.close());
    client.connect();
    clock.advance(0);
    await settle();
    client.close();
  }
  return warned.mock.calls.map(([text, options]) => [text, (options as { code?: string }).code]);
}

// names that resolve to nothing (RFC 6761)
test.each(['ws://app.invalid/ws', 'http://other.invalid:8080', 'ws://203.0.113.7:1/'])(
  '%s warns once',
  async (url) => {
    const { host } = new URL(url);
    expect(await warningsOf(url)).toEqual([
      [expect.stringContaining(`ws://${host} is not encrypted`), 'WIREPACT_CLEARTEXT'],
    ]);
  },
);

test.each([
  ...['wss://app.invalid/ws', 'https://app.invalid', 'ws://localhost:1/ws', 'ws://127.0.0.1:1'],
  ...['ws://127.8.9.1:1', 'ws://[::1]:1', 'ws://app.localhost:1'],
])('%s does not', async (url) => {
  expect(await warningsOf(url)).toEqual([]);
});

test('no proxy is trusted unless it is named', async () => {
  const seen: unknown[] = [];
  const { sockets } = startServer({ authenticate: ({ remoteAddress }) => void seen.push(remoteAddress) });
  await sockets.admit(
    requestOf({ remoteAddress: '10.0.0.1', headers: { 'x-forwarded-for': '203.0.113.1' } }),
  );
  expect(seen).toEqual(['10.0.0.1']);
});
