// wirepact.v1: what more is sent than a client takes. 100 messages in one turn are too many for any reader.
import { afterAll, beforeAll, expect, it } from 'vitest';
import { greet, open, type RawFrame, type RawSocket } from './raw-socket.js';
import { startTarget, type Target } from './reference-server.js';

let target: Target;
let url: string;
beforeAll(async () => {
  target = await startTarget();
  url = `${target.url}/ws`;
});
afterAll(() => target.close());

/** The close may be behind what was never taken. */
const slow = [4508, 1006];
const size = 100_000;
const upTo = (from: number, to: number): number[] =>
  Array.from({ length: to - from + 1 }, (_, i) => from + i);
const numberOf = ({ data }: RawFrame): number => Number(String(data).replaceAll('.', ''));

/** Frames until the message with this number, `output` and `$gap` alone. */
async function readTo(socket: RawSocket, last: number): Promise<RawFrame[]> {
  const frames: RawFrame[] = [];
  for (;;) {
    const frame = await socket.next();
    if (frame.path !== 'output' && frame.path !== '$gap') continue;
    frames.push(frame);
    if (numberOf(frame) === last) return frames;
  }
}

it('a client that lags gets everything, as far back as the log goes', async () => {
  const [client, other] = [await greet(url), await greet(url)];
  const room = 'open-slow';
  await client.socket.ask({ path: '$join', data: { room }, id: 1 });
  other.socket.send({ path: 'flood', data: { room, count: 9, size }, seq: 1 });
  const frames = await readTo(client.socket, 9);
  expect(frames.map(numberOf)).toEqual(upTo(1, 9));
  expect(frames.map(({ at, after }) => [after, at])).toEqual(upTo(1, 9).map((n) => [n - 1, n]));
});

it('a client that lags further is told what it will not get, and reads on behind that', async () => {
  const [client, other] = [await greet(url), await greet(url)];
  const room = 'open-slower';
  const [, header] = await client.socket.ask({ path: '$join', data: { room }, id: 1 });
  const { epoch } = header?.['data'] as { epoch: string };
  other.socket.send({ path: 'flood', data: { room, count: 100, size }, seq: 1 });
  const frames = await readTo(client.socket, 100);
  const gap = frames.findIndex(({ path }) => path === '$gap');
  const [before, after] = [frames.slice(0, gap), frames.slice(gap + 1)];
  expect(before.map(numberOf)).toEqual(upTo(1, gap));
  const from = numberOf(after[0] as RawFrame);
  expect(frames[gap]).toEqual({
    path: '$gap',
    data: { room, why: 'lagged', from: [epoch, gap], to: [epoch, from - 1] },
  });
  expect(after.map(numberOf)).toEqual(upTo(from, 100));
  expect(after[0]).toMatchObject({ at: from, after: from - 1 });
});

it('a client lags in what is sent to it alone as well', async () => {
  const client = await greet(url);
  client.socket.send({ path: 'flood', data: { count: 30, size }, seq: 1 });
  const frames = await readTo(client.socket, 30);
  const gap = frames.findIndex(({ path }) => path === '$gap');
  const [before, after] = [frames.slice(0, gap), frames.slice(gap + 1)];
  expect(before.map(numberOf)).toEqual(upTo(1, gap));
  const from = numberOf(after[0] as RawFrame);
  expect(frames[gap]).toEqual({
    path: '$gap',
    data: { room: '$inbox', why: 'lagged', from: [client.session, gap], to: [client.session, from - 1] },
  });
  expect(after.map(numberOf)).toEqual(upTo(from, 30));
});

it('a plain client for whom too much waits of what is its own is closed with 4508', async () => {
  const client = await open(url);
  client.send({ path: 'flood', data: { count: 30, size } });
  expect(slow).toContain((await client.closed).code);
});

it('a plain client that lags cannot be told of a gap, and is closed with 4508', async () => {
  const client = await open(url);
  const other = await greet(url);
  const room = 'open-slow-and-plain';
  await client.ask({ path: 'enter', data: { room } });
  other.socket.send({ path: 'flood', data: { room, count: 9, size }, seq: 1 });
  expect((await readTo(client, 9)).map(numberOf)).toEqual(upTo(1, 9));
  other.socket.send({ path: 'flood', data: { room, count: 100, size }, seq: 2 });
  expect(slow).toContain((await client.closed).code);
});
