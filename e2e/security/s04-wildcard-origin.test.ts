// S4: where every page may connect, a cookie says nothing about who asks, and nobody is shown it.
import { expect, test } from 'vitest';
import { startServer } from './guarded-server.js';

const headers = { origin: 'https://evil.example', cookie: 'session=the-visitor’s', 'x-other': 'kept' };

test("with origins '*' neither authenticate nor a handler sees the cookies of a foreign page", async () => {
  const seen: unknown[] = [];
  const { greet, sockets } = startServer({
    origins: '*',
    authenticate: (request) => void seen.push(request.headers),
    event: { onConnect: ({ handshake }) => void seen.push(handshake.headers) },
  });
  await greet({ headers });
  const [socket] = sockets.clients();
  seen.push(socket?.handshake.headers);
  expect(seen).toHaveLength(3);
  expect(JSON.stringify(seen)).not.toContain('session=');
  for (const one of seen) expect(one).toMatchObject({ origin: 'https://evil.example', 'x-other': 'kept' });
});

test.each(['Basic', 'Digest', 'NTLM', 'negotiate'])(
  "with origins '*' nobody sees %s credentials, which the browser of a foreign page's visitor may attach",
  async (scheme) => {
    const seen: unknown[] = [];
    const authorization = `${scheme} the-visitor’s`;
    const { greet, connect } = startServer({
      origins: '*',
      authenticate: (request) => void seen.push(request.headers['authorization']),
    });
    await greet({ headers: { ...headers, authorization } });
    await greet({ headers: { ...headers, authorization: 'Bearer of-a-program' } });
    await connect({ headers: { authorization } });
    expect(seen).toEqual([undefined, 'Bearer of-a-program', authorization]);
  },
);

test('with a list they are seen, of pages that are on it', async () => {
  const seen: unknown[] = [];
  const { greet } = startServer({
    origins: ['https://app.example'],
    authenticate: (request) => void seen.push(request.headers['cookie']),
  });
  await greet({ headers: { ...headers, origin: 'https://app.example' } });
  expect(seen).toEqual([headers.cookie]);
});
