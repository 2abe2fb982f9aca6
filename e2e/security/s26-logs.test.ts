// S26: nothing is printed, whatever happens; what happened is counted, and no count, reason or error holds what was said.
import { expect, test, vi } from 'vitest';
import { SocketError } from '@wirepact/core';
import { settle, startServer } from './guarded-server.js';

const secret = 'what-nobody-may-log-7c1e';

test('of a payload and a token nothing comes out of streams, close reasons, counts or other people’s errors', async () => {
  const printed: unknown[] = [];
  const keep = (...told: unknown[]): boolean => {
    printed.push(...told);
    return true;
  };
  const spies = [
    ...(['log', 'info', 'warn', 'error', 'debug', 'trace'] as const).map((name) =>
      vi.spyOn(console, name).mockImplementation(keep),
    ),
    vi.spyOn(process.stdout, 'write').mockImplementation(keep),
    vi.spyOn(process.stderr, 'write').mockImplementation(keep),
    vi.spyOn(process, 'emitWarning').mockImplementation(keep),
  ];
  const told: unknown[] = [];
  const { connect, greet, sockets, clock, errors } = startServer({
    authenticate: ({ token = '' }) => {
      if (token === 'bad') throw new SocketError('unauthenticated');
      return token;
    },
    event: { onDisconnect: (_socket, reason) => void told.push(reason) },
  });
  try {
    const client = await greet({ token: secret });
    for (const message of [
      ...[secret, `{"path":"${secret}`, { path: 'note', data: secret }, { path: secret, data: secret }],
      ...[{ path: '$join', data: { room: secret }, id: 1 }, { path: '$auth', data: secret }, undefined],
      { path: 'fail', data: secret, id: 2 },
    ])
      client.say(message);
    await settle();
    // its own errors name its own path and room; a handler’s error is not told
    const frames = client.take();
    expect(JSON.stringify(frames.filter(({ id }) => id === 2))).not.toContain(secret);
    for (let n = 0; n < 12; n += 1) client.say(secret);
    (await connect({ token: 'bad' })).say(secret);
    const silent = await connect({ token: secret });
    clock.advance(20_000);
    told.push(client.closedWith, silent.closedWith, sockets.stats());
    await sockets.close();
    await settle();
  } finally {
    for (const spy of spies) spy.mockRestore();
  }
  expect(printed).toEqual([]);
  expect(JSON.stringify(told)).not.toContain(secret);
  // what a handler threw goes to the application, and to nobody else
  expect(errors.map(String)).toEqual([`Error: the password of the database is ${secret}`]);
});

test('what an application needs for a log is there: who came, who was refused, how it closed, which limit was met', async () => {
  const log: string[] = [];
  const { greet, statusOf, sockets } = startServer({
    event: {
      onConnect: ({ id }) => void log.push(`${id} came`),
      onDisconnect: ({ id }, { code, reason }) => void log.push(`${id} left by ${code} ${reason}`),
    },
  });
  const client = await greet();
  for (let n = 0; n < 11; n += 1) client.say('no frame');
  await settle();
  await statusOf({ headers: { origin: 'https://evil.example' } });
  const [socket] = sockets.clients();
  socket?.disconnect('enough', 4600);
  expect(log).toEqual([`${socket?.id} came`, `${socket?.id} left by 4600 enough`]);
  expect(sockets.stats()).toMatchObject({ refused: { origin: 1 }, limited: { badFrames: 1 }, badFrames: 11 });
});
