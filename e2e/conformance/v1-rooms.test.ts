// wirepact.v1: joining, leaving, members.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { open, openV1, protocolsOf, type RawSocket } from './raw-socket.js';
import { startTarget, type Target } from './reference-server.js';

let target: Target;
let url: string;
beforeAll(async () => {
  target = await startTarget();
  url = `${target.url}/ws`;
});
afterAll(() => target.close());

let rooms = 0;
/** A room that no other test is in. */
const newRoom = (): string => `open-${++rooms}`;

const join = (client: RawSocket, room: unknown, id: unknown = 1) =>
  client.ask({ path: '$join', data: { room }, id });
/** What the server says of a room's log that a client begins to read at the present. */
const introduction = (room: string, at = 0) => [
  { path: '$stream', data: { room, epoch: expect.any(String) as unknown, from: at, count: 0 } },
  { path: '$live', data: { room, at } },
];
const announce = (client: RawSocket, room: string, text: string) =>
  client.ask({ path: 'announce', data: { room, text } });

describe('$join', () => {
  it('is answered by itself, and what is sent to the room arrives with its name', async () => {
    const [client, other] = [await openV1(url), await openV1(url)];
    const room = newRoom();
    expect(await join(client, room, 'j')).toEqual([
      { path: '$join', data: { room }, id: 'j' },
      ...introduction(room),
    ]);
    await announce(other, room, 'hi');
    expect(await client.heard()).toEqual([{ path: 'output', data: 'hi', room, at: 1, after: 0 }]);
    expect(await other.heard()).toEqual([]);
  });

  it('again is answered again, and what is sent arrives once', async () => {
    const client = await openV1(url);
    const room = newRoom();
    client.send({ path: '$join', data: { room }, id: 1 }, { path: '$join', data: { room }, id: 2 });
    expect((await client.take(4)).flatMap(({ id }) => id ?? [])).toEqual([1, 2]);
    expect(await announce(client, room, 'once')).toEqual([
      { path: 'output', data: 'once', room, at: 1, after: 0 },
    ]);
  });

  it('of a room that may not be joined is denied', async () => {
    const client = await openV1(url);
    expect(await join(client, 'private')).toEqual([
      { path: '$join', id: 1, error: { code: 'denied', message: expect.any(String) as unknown } },
    ]);
    expect(await announce(client, 'private', 'hi')).toEqual([]);
  });

  it.each([undefined, null, 5, {}, ['open'], '', 'open\n', 'open\u0000', 'o'.repeat(256), '🙂'.repeat(64)])(
    'of %j, which is no name, is invalid_input',
    async (room) => {
      const client = await openV1(url);
      expect(await join(client, room)).toMatchObject([
        { path: '$join', id: 1, error: { code: 'invalid_input' } },
      ]);
    },
  );

  it.each([null, 5, 'open', [], {}])('with the data %j is invalid_input', async (data) => {
    const client = await openV1(url);
    expect(await client.ask({ path: '$join', data, id: 1 })).toMatchObject([
      { error: { code: 'invalid_input' } },
    ]);
  });

  it('without an id is not answered, but for what is wrong', async () => {
    const client = await openV1(url);
    const room = newRoom();
    expect(await client.ask({ path: '$join', data: { room } })).toEqual(introduction(room));
    expect(await client.ask({ path: '$join', data: { room: 'private' } })).toMatchObject([
      { path: '$error', data: { code: 'denied', path: '$join' } },
    ]);
  });

  it('is refused with rate_limited beyond 128 rooms, until one is left', async () => {
    const client = await openV1(url);
    const names = Array.from({ length: 129 }, newRoom);
    names.forEach((room, id) => client.send({ path: '$join', data: { room }, id }));
    const answers = (await client.take(129 + 2 * 128)).filter(({ path }) => path === '$join');
    const refused = answers.filter(({ error }) => error !== undefined);
    expect(refused).toMatchObject([{ id: 128, error: { code: 'rate_limited' } }]);
    await client.ask({ path: '$leave', data: { room: names[0] }, id: 'l' });
    expect(await join(client, names[128])).toMatchObject([
      { path: '$join', data: { room: names[128] } },
      ...introduction(String(names[128])),
    ]);
  });

  it('is called off by a $leave that comes before its answer', async () => {
    const client = await openV1(url);
    const room = newRoom();
    client.send({ path: '$join', data: { room }, id: 1 }, { path: '$leave', data: { room }, id: 2 });
    expect(await client.take(2)).toMatchObject([
      { path: '$leave', data: { room }, id: 2 },
      { path: '$join', id: 1, error: { code: 'cancelled' } },
    ]);
    expect(await announce(client, room, 'hi')).toEqual([]);
  });
});

describe('$leave', () => {
  it('is answered by itself, and nothing of the room arrives any more', async () => {
    const client = await openV1(url);
    const room = newRoom();
    await join(client, room);
    expect(await client.ask({ path: '$leave', data: { room }, id: 2 })).toEqual([
      { path: '$leave', data: { room }, id: 2 },
    ]);
    expect(await announce(client, room, 'hi')).toEqual([]);
  });

  it('of a room one is not in is answered all the same', async () => {
    const client = await openV1(url);
    expect(await client.ask({ path: '$leave', data: { room: 'nope' }, id: 2 })).toMatchObject([
      { path: '$leave', id: 2 },
    ]);
  });

  it('from the server says that it was the server', async () => {
    const client = await openV1(url);
    const room = newRoom();
    await join(client, room);
    expect(await client.ask({ path: 'exit', data: { room } })).toEqual([
      { path: '$leave', data: { room, why: 'removed' } },
    ]);
  });
});

describe('members', () => {
  const room = 'open';
  const sessionOf = async (client: RawSocket): Promise<string> => {
    client.send({ path: '$hello' });
    return ((await client.next())['data'] as { session: string }).session;
  };
  const info = { name: 's_' };

  it('are told to a newcomer before the answer, and newcomers and leavers to them', async () => {
    const [ann, bob] = [
      await open(`${target.url}/known`, protocolsOf()),
      await open(`${target.url}/known`, protocolsOf()),
    ];
    const [a, b] = [await sessionOf(ann), await sessionOf(bob)];
    expect(await join(ann, room)).toEqual([
      { path: '$members', data: { room, members: { [a]: info } } },
      { path: '$join', data: { room }, id: 1 },
      ...introduction(room),
    ]);
    expect(await join(bob, room)).toEqual([
      { path: '$members', data: { room, members: { [a]: info, [b]: info } } },
      { path: '$join', data: { room }, id: 1 },
      ...introduction(room),
    ]);
    expect(await ann.heard()).toEqual([{ path: '$member', data: { room, id: b, info } }]);
    await bob.ask({ path: '$leave', data: { room } });
    expect(await ann.heard()).toEqual([{ path: '$member', data: { room, id: b } }]);

    await join(bob, room);
    await ann.heard();
    await bob.close();
    expect(await ann.next()).toEqual({ path: '$member', data: { room, id: b } });
    expect(await join(ann, room)).toEqual([{ path: '$join', data: { room }, id: 1 }]);
  });

  it('are told when the server puts somebody in', async () => {
    const client = await open(`${target.url}/known`, protocolsOf());
    const id = await sessionOf(client);
    expect(await client.ask({ path: 'enter', data: { room } })).toEqual([
      { path: '$members', data: { room, members: { [id]: info } } },
      ...introduction(room),
    ]);
  });
});
