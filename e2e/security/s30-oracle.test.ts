// S30: who guesses cannot tell a session that exists from one that does not.
import { expect, test } from 'vitest';
import { startServer } from './guarded-server.js';

test('a wrong secret, another user, a session that has ended and one that never was look the same', async () => {
  const { connect, sockets } = startServer({
    authenticate: ({ token = 'ann' }) => token,
    userId: (name) => name,
  });
  const owner = await connect();
  const { session, token } = owner.hello();
  sockets.sendToAll('notice', 'something');
  const gone = await connect();
  const ended = gone.hello();
  gone.transport.end(1000, '');

  const answerTo = async (hello: object, user: string): Promise<string> => {
    const thief = await connect({ token: user });
    thief.say({ path: '$hello', data: hello });
    const frames = thief.take();
    expect(frames[0]).toMatchObject({ path: '$welcome', data: { resumed: false } });
    thief.transport.end(1000, '');
    // what is random differs each time
    return JSON.stringify(frames).replace(/"(session|token)":"[\w-]+"/g, '"$1":"…"');
  };
  const never = `s_${'A'.repeat(22)}`;
  const secret = 'A'.repeat(22);
  const expected = await answerTo({ session: never, token: secret }, 'ann');
  expect(await answerTo({ session, token: secret }, 'ann')).toBe(expected);
  expect(await answerTo({ session, token }, 'bob')).toBe(expected);
  expect(await answerTo({ session, token: '' }, 'ann')).toBe(expected);
  expect(await answerTo({ session: ended.session, token: ended.token }, 'ann')).toBe(expected);
  expect(await answerTo({}, 'ann')).toBe(expected);
});

test('neither does it take longer to refuse one that exists', async () => {
  const { connect } = startServer({ limits: { upgradeBurstPerIp: 1e6 } });
  const owner = await connect();
  const { session } = owner.hello();
  const secret = 'A'.repeat(22);
  const timeOf = async (id: string): Promise<number> => {
    const samples: number[] = [];
    for (let n = 0; n < 300; n += 1) {
      const client = await connect();
      const startedAt = performance.now();
      client.hello({ session: id, token: secret });
      samples.push(performance.now() - startedAt);
      client.transport.end(1000, '');
    }
    return samples.sort((one, other) => one - other)[150] ?? 0;
  };
  await timeOf(session);
  const difference = Math.abs((await timeOf(session)) - (await timeOf(`s_${secret}`)));
  // a network’s own noise is a hundred times that
  expect(difference).toBeLessThan(0.5);
});
