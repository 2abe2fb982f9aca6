// Who is told of whom, and when: the counts that applications print.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { open, openV1, protocolsOf, refusalOf, type RawSocket } from './raw-socket.js';
import { startTarget, type Target } from './reference-server.js';

let target: Target;
let url: string;
beforeAll(async () => {
  target = await startTarget();
  url = `${target.url}/life`;
});
afterAll(() => target.close());

/** What the server wrote down since it was last asked. Who asks leaves by 1000. */
async function takeLog(): Promise<string[]> {
  const client = await open(url);
  client.send({ path: 'log', id: 'log' });
  for (let frame = await client.next(); ; frame = await client.next()) {
    if (frame['id'] !== 'log') continue;
    await client.close();
    return (frame['data'] as string[]).filter((line) => line !== 'left by 1000');
  }
}
beforeEach(async () => {
  // the last of the test before must be gone, and so must the one that asks
  for (let count = 0; count !== 1;) {
    const client = await open(url);
    count = Number(String((await client.next())['data']).split(' ')[1]);
    await client.close();
  }
  await takeLog();
});

/** What the server said to this client, whatever stands beside it. */
const told = async (client: RawSocket): Promise<unknown[]> =>
  (await client.heard()).filter(({ path }) => path === 'output').map(({ data }) => data);
const nextTold = async (client: RawSocket): Promise<unknown> => {
  for (;;) {
    const { path, data } = await client.next();
    if (path === 'output') return data;
  }
};
const came = (count: number): string => `came: ${count}`;
const left = (count: number): string => `left: ${count} and ${count} in the lobby, with the leaver`;

describe.each([
  ['plain', () => open(url), 1001],
  ['wirepact.v1', () => openV1(url), 1000],
])('a client that speaks %s', (_layer, connect, leavesBy) => {
  it('is counted when onConnect runs, and hears what that sends to all', async () => {
    const first = await connect();
    expect(await told(first)).toEqual([came(1)]);
    const second = await connect();
    expect(await told(second)).toEqual([came(2)]);
    expect(await told(first)).toEqual([came(2)]);
  });

  it('is still counted, and in its rooms, when onDisconnect runs, and hears nothing of it', async () => {
    const [first, second] = [await connect(), await connect()];
    await first.heard();
    await second.heard();
    await second.close(leavesBy);
    expect(await nextTold(first)).toEqual(left(2));
    expect(second.webSocket.readyState).toBe(3);
    const third = await connect();
    expect(await told(third)).toEqual([came(2)]);
  });

  it('that the server closes leaves once, with the code it was closed by', async () => {
    const [first, second] = [await connect(), await connect()];
    await first.heard();
    await second.heard();
    second.send({ path: 'close', data: { code: 4000, reason: 'enough' } });
    expect(await second.closed).toEqual({ code: 4000, reason: 'enough' });
    expect(await told(first)).toEqual([left(2)]);
    expect(await takeLog()).toEqual(['left by 4000']);
  });

  it('has a reason cut at 123 bytes, between characters', async () => {
    const client = await connect();
    client.send({ path: 'close', data: { code: 1000, reason: '🙂'.repeat(40) } });
    expect(await client.closed).toEqual({ code: 1000, reason: '🙂'.repeat(30) });
  });

  it('gives what no route takes to onMessage', async () => {
    const client = await connect();
    await client.heard();
    expect(await client.ask({ path: 'any', data: { a: 1 } })).toMatchObject([
      { path: 'output', data: 'unrouted: any' },
    ]);
    expect(await client.ask({ path: 'time', id: 1 })).toMatchObject([
      { path: 'output', data: 'unrouted: time' },
      { path: 'time', id: 1, error: { code: 'no_reply', message: expect.any(String) as unknown } },
    ]);
    expect(await client.ask({ path: 'fails' })).toMatchObject([
      { path: '$error', data: { code: 'internal', path: 'fails' } },
    ]);
    expect(await takeLog()).toEqual(['any {"a":1}', 'time undefined', 'fails undefined']);
  });
});

it('a plain client leaves with 1006 when its line breaks', async () => {
  const [first, second] = [await open(url), await open(url)];
  await first.heard();
  second.webSocket.terminate();
  expect(await nextTold(first)).toEqual(left(2));
  expect(await takeLog()).toEqual(['left by 1006']);
});

it('a client of wirepact.v1 is suspended when its line breaks, comes back, and leaves once', async () => {
  const witness = await open(url);
  const client = await open(url, protocolsOf());
  client.send({ path: '$hello', data: {} });
  const { session, token } = (await client.next())['data'] as { session: string; token: string };
  await told(witness);
  client.webSocket.terminate();
  await client.closed;
  const returned = await open(url, protocolsOf());
  returned.send({ path: '$hello', data: { session, token } });
  expect(await returned.next()).toMatchObject({ path: '$welcome', data: { resumed: true } });
  expect(await told(witness)).toEqual([]);
  await returned.close(1000);
  expect(await nextTold(witness)).toEqual(left(2));
  expect(await takeLog()).toEqual(['suspended by 1006', 'resumed']);
});

it('a client that never says $hello never came', async () => {
  const silent = await open(url, protocolsOf());
  const other = await open(url);
  expect(await told(other)).toEqual([came(1)]);
  await silent.close(4002);
  expect(await told(other)).toEqual([]);
  expect(await takeLog()).toEqual([]);
});

it('a client that was refused never came', async () => {
  const origin = 'https://evil.example';
  expect(await refusalOf(url, [], { origin })).toBe(403);
  expect(await refusalOf(url, protocolsOf(), { origin })).toBe(403);
  const other: RawSocket = await open(url);
  expect(await told(other)).toEqual([came(1)]);
  expect(await takeLog()).toEqual([]);
});
