// S2: a page of another origin may not connect, however it writes its name; and whoever sends cookies is a page.
import { expect, test } from 'vitest';
import { RawClient, handshakeKey } from '../conformance/rfc6455/raw-client.js';
import { requestOf, startServer } from './guarded-server.js';

const host = 'app.example:8443';

/** What is none of `http://app.example:8443` and `https://app.example:8443`. */
const foreign = [
  ...['https://evil.example', 'https://app.example.evil.example:8443', 'https://evilapp.example:8443'],
  ...['https://app.example-evil.example:8443', 'https://sub.app.example:8443', 'https://example:8443'],
  ...['https://app.exampl:8443', 'https://app.example.:8443', 'https://app.example', 'http://app.example'],
  ...['https://app.example:8444', 'https://app.example:443', 'http://app.example:80'],
  ...['ws://app.example:8443', 'wss://app.example:8443', 'ftp://app.example:8443', 'file://'],
  ...['file://app.example:8443', 'data:text/html,hi', 'blob:https://app.example:8443/1'],
  ...['javascript://app.example:8443', 'chrome-extension://app.example:8443', 'about:blank'],
  ...['HTTPS://app.example:8443', 'https://APP.example:8443', 'https://app.example:8443/'],
  ...['https://app.example:8443/path', 'https://app.example:8443?q', 'https://app.example:8443#h'],
  ...['https://user@app.example:8443', 'https://app.example:8443@evil.example'],
  ...['https://evil.example@app.example:8443', 'https://evil.example\\@app.example:8443'],
  ...['https://app.example:8443, https://evil.example', 'https://evil.example https://app.example:8443'],
  ...['https://app%2eexample:8443', 'https://аpp.example:8443', 'https://xn--pp-7kc.example:8443'],
  ...['//app.example:8443', 'app.example:8443', 'null', '*', 'undefined', 'http://[::1]:8443'],
  ...['http://[::ffff:127.0.0.1]:8443', 'http://0x7f.1:8443', 'http://2130706433:8443', 'http://%00:8443'],
  ...['https://app.example:8443:8443', 'https://:8443', 'http://', ':', `https://${'a'.repeat(7_000)}`],
];

const handshake = (headers: readonly string[]): Buffer =>
  Buffer.from(
    [
      ...['GET / HTTP/1.1', `Host: ${host}`, 'Upgrade: websocket', 'Connection: Upgrade'],
      ...[`Sec-WebSocket-Key: ${handshakeKey}`, 'Sec-WebSocket-Version: 13', ...headers, '', ''],
    ].join('\r\n'),
  );

async function listen() {
  let asked = 0;
  const { sockets } = startServer({ authenticate: () => void (asked += 1), hosts: ['app.example'] });
  const { url } = await sockets.listen({ port: 0, host: '127.0.0.1' });
  const statusOf = async (...headers: string[]): Promise<number> => {
    const { head, client } = await RawClient.attempt(url, [handshake(headers)]);
    client.destroy();
    return Number(head.split(' ')[1]);
  };
  return { sockets, statusOf, asked: () => asked };
}

test(`${foreign.length} foreign origins are refused with 403, counted, and nobody is asked who they are`, async () => {
  expect(new Set(foreign).size).toBeGreaterThanOrEqual(40);
  const { sockets, statusOf, asked } = await listen();
  for (const origin of foreign) expect(await statusOf(`Origin: ${origin}`), origin).toBe(403);
  expect(await statusOf('Origin:')).toBe(403);
  expect(await statusOf('Origin: https://app.example:8443', 'Origin: https://evil.example')).toBe(403);
  expect(sockets.stats()).toMatchObject({ refused: { origin: foreign.length + 2 }, connected: 0 });
  expect(asked()).toBe(0);
});

test('the same origin is let in, over TLS or without, and who is no page', async () => {
  const { statusOf } = await listen();
  expect(await statusOf('Origin: https://app.example:8443')).toBe(101);
  expect(await statusOf('Origin: http://app.example:8443')).toBe(101);
  expect(await statusOf()).toBe(101);
});

test('who sends cookies and no origin is refused: only a page has cookies, and a page has an origin', async () => {
  const { statusOf } = await listen();
  expect(await statusOf('Cookie: session=1')).toBe(403);
  expect(await statusOf('Cookie: session=1', 'Origin: https://app.example:8443')).toBe(101);
});

test('a list is compared exactly, and says it all', async () => {
  const { sockets, statusOf } = startServer({ origins: ['https://app.example'] });
  const from = (origin: string): Promise<number> => statusOf({ headers: { origin } });
  expect(await from('https://app.example')).toBe(101);
  const others = ['https://app.example:8443', 'http://app.example', 'https://sub.app.example', 'null'];
  for (const origin of others) expect(await from(origin), origin).toBe(403);
  expect(sockets.stats().refused.origin).toBe(others.length);
});

test('a decision of the application that throws is a no', async () => {
  const failed = new Error('the list of origins is elsewhere');
  const { sockets, errors } = startServer({
    origins: () => {
      throw failed;
    },
  });
  expect(await sockets.admit(requestOf())).toMatchObject({ accepted: false, status: 403 });
  expect(errors).toEqual([failed]);
});
