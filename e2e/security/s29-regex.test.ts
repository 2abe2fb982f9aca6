// S29: nothing that a stranger writes takes more time than its length: 64 KiB of anything, anywhere, in 5 ms.
import { expect, test } from 'vitest';
import { requestOf, settle, startServer } from './guarded-server.js';

const bytes = 65_536;

/** What makes careless patterns go back and forth. */
const strings: readonly [string, string][] = [
  ['one letter', 'a'.repeat(bytes)],
  ['spaces', ' '.repeat(bytes)],
  ['spaces between letters', `a${' '.repeat(bytes)}b`],
  ['commas', ','.repeat(bytes)],
  ['spaces and commas', ' ,'.repeat(bytes / 2)],
  ['dots', `${'a.'.repeat(bytes / 2)}!`],
  ['slashes', '/'.repeat(bytes)],
  ['question marks', '?'.repeat(bytes)],
  ['colons', ':'.repeat(bytes)],
  ['brackets', '['.repeat(bytes)],
  ['quotes', '"'.repeat(bytes)],
  ['backslashes', '\\'.repeat(bytes)],
  ['emoji', '🙂'.repeat(bytes / 4)],
  ['an origin', `https://${'a.'.repeat(bytes / 2 - 10)}example`],
  ['a URL', `http://${'a'.repeat(bytes)}`],
  ['addresses', '203.0.113.7, '.repeat(bytes / 13)],
  ['base64', `wirepact.auth.${'A'.repeat(bytes)}`],
];

/** The fastest of some runs, in ms: what else the machine does is not what is measured. */
async function fastest(run: () => unknown): Promise<number> {
  let best = Infinity;
  for (let turn = 0; turn < 30 && best >= 1; turn += 1) {
    const startedAt = performance.now();
    await run();
    best = Math.min(best, performance.now() - startedAt);
  }
  return best;
}

test.each(strings)('a handshake with %s in every place', async (_what, text) => {
  const { sockets } = startServer({
    hosts: ['app.example', '*.dev.example'],
    trustProxy: ['203.0.113.0/24'],
    limits: { upgradeBurstPerIp: 1e6 },
  });
  const places = ['host', 'origin', 'cookie', 'sec-websocket-protocol', 'x-forwarded-for', 'forwarded'];
  for (const place of places) {
    const request = requestOf({ headers: { [place]: text }, remoteAddress: '203.0.113.1' });
    expect(await fastest(() => sockets.admit(request)), place).toBeLessThan(5);
  }
  expect(await fastest(() => sockets.admit(requestOf({ url: text })))).toBeLessThan(5);
});

test.each(strings)('a message with %s in every place', async (_what, text) => {
  const { greet } = startServer({
    rooms: { authorize: () => true },
    limits: { byteBurst: 1e9, bytesPerSecond: 1e9 },
  });
  const messages: readonly (object | string)[] = [
    ...[
      text,
      `{${text}`,
      { path: text },
      { path: 'note', data: text },
      { path: 'echo', data: text, id: text },
    ],
    ...[
      { path: '$join', data: { room: text, from: [text, 1] }, id: 1 },
      { path: '$leave', data: { room: text } },
    ],
    ...[
      { path: '$cancel', data: text },
      { path: '$more', data: { id: text, n: 1 } },
    ],
    { path: '$ack', data: { inbox: text } },
  ];
  const client = await greet();
  for (const message of messages) {
    const raw = typeof message === 'string' ? message : JSON.stringify(message);
    expect(await fastest(() => client.say(raw)), raw.slice(0, 40)).toBeLessThan(5);
    client.take();
  }
  await settle();
});

test.each(strings)('a hello with %s in every place', async (_what, text) => {
  const { connect } = startServer({ limits: { upgradeBurstPerIp: 1e6 } });
  const hello = JSON.stringify({
    path: '$hello',
    data: { session: text, token: text, streams: { [text]: [text, 1] }, open: { [text]: 1 } },
  });
  expect(
    await fastest(async () => {
      const client = await connect();
      client.say(hello);
      client.transport.end(1000, '');
    }),
  ).toBeLessThan(5);
});
