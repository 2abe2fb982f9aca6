// S7: a token travels in the handshake or in `$auth`, and nowhere else: not in the URL, not in an answer, not to a handler.
import { createServer, type IncomingMessage } from 'node:http';
import { createConnection } from 'node:net';
import { once } from 'node:events';
import { createClient } from '@wirepact/client';
import { expect, onTestFinished, test } from 'vitest';
import type { Channels } from './guarded-server.js';
import { settle, startServer } from './guarded-server.js';

const secret = 'the-secret-5d1f';
const forms = [secret, Buffer.from(secret).toString('base64url'), encodeURIComponent(secret)];

/** Whether any form of the secret is in what somebody was told. */
const hasSecret = (told: unknown): boolean => {
  const text = JSON.stringify(told, (_key, value: unknown) =>
    value instanceof Error ? `${value.stack} ${JSON.stringify(value.cause)}` : value,
  );
  return forms.some((form) => text?.includes(form) === true);
};

test('authenticate sees the token, and not how it came; a handler sees neither', async () => {
  const tokens: unknown[] = [];
  const seen: unknown[] = [];
  const { greet, sockets } = startServer({
    authenticate: ({ token, ...rest }) => {
      tokens.push(token);
      seen.push(rest);
    },
    event: { onConnect: ({ handshake }) => void seen.push(handshake) },
  });
  const client = await greet({ token: secret });
  client.say({ path: '$auth', data: secret });
  await settle();
  const [socket] = sockets.clients();
  expect(tokens).toEqual([secret, secret]);
  expect(seen).toHaveLength(3);
  seen.push(socket?.handshake, client.take(), sockets.stats());
  expect(hasSecret(seen)).toBe(false);
});

test('who decides about origins is not shown the token', async () => {
  const seen: unknown[] = [];
  const { greet } = startServer({
    origins: (_origin, request) => seen.push(request) > 0,
    authenticate: ({ token }) => expect(token).toBe(secret),
  });
  await greet({ token: secret });
  expect(seen).toHaveLength(1);
  expect(hasSecret(seen)).toBe(false);
});

test('a token that breaks authenticate comes out of no answer, no close and no count', async () => {
  const { connect, sockets } = startServer({
    authenticate: ({ token }) => {
      throw new Error(`there is no user for ${token}`);
    },
  });
  const client = await connect({ token: secret });
  const refused = await sockets.admit({
    headers: { 'sec-websocket-protocol': `wirepact.auth.${forms[1]}` },
    ...{ url: '/ws', remoteAddress: undefined, encrypted: false },
  });
  expect(hasSecret([client.closedWith, client.take(), sockets.stats(), refused])).toBe(false);
});

test('the server’s answer does not repeat what was offered beside the protocol', async () => {
  const { sockets } = startServer({ authenticate: ({ token }) => token });
  const { port } = await sockets.listen({ port: 0, host: '127.0.0.1' });
  const socket = createConnection(port, '127.0.0.1');
  onTestFinished(() => void socket.destroy());
  socket.write(
    `GET / HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n` +
      `Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Protocol: wirepact.v1, wirepact.auth.${forms[1]}\r\n\r\n`,
  );
  const [answer] = (await once(socket, 'data')) as [Buffer];
  expect(answer.toString()).toContain('HTTP/1.1 101');
  expect(hasSecret(answer.toString())).toBe(false);
});

test('the client puts it into the subprotocol and not into the URL', async () => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address() as { port: number };
  const client = createClient<Channels>({
    url: `ws://127.0.0.1:${address.port}/ws?room=lobby`,
    getToken: () => secret,
  });
  onTestFinished(async () => {
    client.close();
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  });
  client.connect();
  const [request, socket] = (await once(server, 'upgrade')) as [IncomingMessage, { destroy(): void }];
  socket.destroy();
  expect(request.url).toBe('/ws?room=lobby');
  const { 'sec-websocket-protocol': offered, ...others } = request.headers;
  expect(offered).toBe(`wirepact.v1,wirepact.auth.${forms[1]}`);
  expect(hasSecret(others)).toBe(false);
});
