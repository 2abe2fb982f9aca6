// wirepact.v1: what a client meets that comes back, beyond the sequences of frames in protocol/vectors.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { greet, type Greeted, type RawFrame, type RawSocket } from './raw-socket.js';
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
const newRoom = (): string => `open-recovery-${Date.now()}-${++rooms}`;

async function cut({ socket }: Greeted): Promise<void> {
  socket.webSocket.terminate();
  await socket.closed;
}

const comeBack = (endpoint: string, { session, token }: Greeted, more: object = {}, name?: string) =>
  greet(endpoint, { session, token, ...more }, name);

/** Whether this client is served. */
const isServed = async ({ socket }: Greeted): Promise<boolean> =>
  (await socket.ask({ path: '$ping' })).some(({ path }) => path === '$pong');

const announce = (socket: RawSocket, room: string, text: string): void =>
  socket.send({ path: 'announce', data: { room, text } });

describe('a token', () => {
  const guarded = (): string => `${target.url}/guarded`;

  it('of another user opens nothing, and changes nothing for whom it belongs to', async () => {
    const ann = await greet(guarded(), {}, 'ann');
    const thief = await comeBack(guarded(), ann, {}, 'bob');
    expect(thief).toMatchObject({ resumed: false });
    expect(thief.session).not.toBe(ann.session);
    expect(await isServed(ann)).toBe(true);
    await cut(ann);
    expect(await comeBack(guarded(), ann, {}, 'ann')).toMatchObject({ resumed: true, session: ann.session });
  });

  it('of another user opens nothing while its owner is away either', async () => {
    const ann = await greet(guarded(), {}, 'ann');
    await cut(ann);
    expect(await comeBack(guarded(), ann, {}, 'bob')).toMatchObject({ resumed: false });
    expect(await comeBack(guarded(), ann, {}, 'ann')).toMatchObject({ resumed: true, session: ann.session });
  });

  it.each([
    ['without a token', (ann: Greeted) => ({ session: ann.session })],
    ['with an empty one', (ann: Greeted) => ({ session: ann.session, token: '' })],
    ['with the session’s id for one', (ann: Greeted) => ({ session: ann.session, token: ann.session })],
    ['of another session', (ann: Greeted, bob: Greeted) => ({ session: ann.session, token: bob.token })],
    ['without a session', (ann: Greeted) => ({ token: ann.token })],
  ])('%s opens nothing', async (_what, hello) => {
    const [ann, bob] = [await greet(url), await greet(url)];
    expect(await greet(url, hello(ann, bob))).toMatchObject({ resumed: false });
    expect(await isServed(ann)).toBe(true);
    expect(await isServed(bob)).toBe(true);
  });

  it('is another one in every $welcome', async () => {
    const seen = new Set<string>();
    let client = await greet(url);
    for (let turn = 0; turn < 5; turn += 1) {
      seen.add(client.token);
      await cut(client);
      client = await comeBack(url, client);
    }
    expect(seen.size).toBe(5);
  });
});

describe('a connection that only one side knows to be dead', () => {
  it('is taken over at once, and nothing that waited in it is lost', async () => {
    const [client, other] = [await greet(url), await greet(url)];
    const room = newRoom();
    await client.socket.ask({ path: '$join', data: { room }, id: 1 });
    client.socket.webSocket.pause();
    announce(other.socket, room, 'into the void');
    await other.socket.heard();
    const again = await comeBack(url, client);
    expect(again.resumed).toBe(true);
    expect(await outputs(again.socket)).toEqual(['into the void']);
    client.socket.webSocket.resume();
    expect((await client.socket.closed).code).toBe(4409);
  });

  it('is not read any more when it wakes up', async () => {
    const client = await greet(url);
    const again = await comeBack(url, client);
    client.socket.send({ path: 'tell', data: 'from the dead', seq: 1 });
    await client.socket.closed;
    expect(await outputs(again.socket)).toEqual([]);
  });

  it('when two come back at once, one of them has the session', async () => {
    const client = await greet(url);
    await cut(client);
    const both = await Promise.all([comeBack(url, client), comeBack(url, client)]);
    expect(both.map(({ resumed }) => resumed)).toEqual([true, true]);
    await Promise.race(both.map(({ socket }) => socket.closed));
    const open = both.filter(({ socket }) => socket.webSocket.readyState === 1);
    expect(open).toHaveLength(1);
    expect(await isServed(open[0]!)).toBe(true);
  });
});

describe('who comes back', () => {
  it('is told of the members of its rooms anew, before the log', async () => {
    const known = `${target.url}/known`;
    const room = newRoom();
    const [client, other] = [await greet(known), await greet(known)];
    await client.socket.ask({ path: '$join', data: { room }, id: 1 });
    await cut(client);
    await other.socket.ask({ path: '$join', data: { room }, id: 1 });
    const again = await comeBack(known, client);
    const ofRoom = (await again.socket.heard()).filter(({ data }) => roomOf(data) === room);
    expect(ofRoom.map(({ path }) => path)).toEqual(['$members', '$stream', '$live']);
    expect(Object.keys((ofRoom[0]?.['data'] as { members: object }).members).sort()).toEqual(
      [client.session, other.session].sort(),
    );
  });

  it('hears its inbox first, then everyone, then its rooms', async () => {
    const client = await greet(url);
    const names = [newRoom(), newRoom()];
    for (const room of names) await client.socket.ask({ path: 'enter', data: { room } });
    await cut(client);
    const again = await comeBack(url, client);
    const headers = (await again.socket.heard()).filter(({ path }) => path === '$stream');
    expect(headers.map(({ data }) => roomOf(data))).toEqual(['$inbox', '*', ...names]);
  });

  it('need not tell its cursors', async () => {
    const client = await greet(url);
    client.socket.send({ path: 'tell', data: 'once', seq: 1 });
    expect(await outputs(client.socket)).toEqual(['once']);
    await cut(client);
    const again = await comeBack(url, client);
    expect(await outputs(again.socket)).toEqual(['once']);
  });

  it('with a cursor beyond the end of a log is told that the log lost its end', async () => {
    const client = await greet(url);
    await cut(client);
    const again = await comeBack(url, client, { streams: { $inbox: [client.session, 99] } });
    expect((await again.socket.heard())[0]).toEqual({
      path: '$gap',
      data: { room: '$inbox', why: 'fork', from: [client.session, 99], to: [client.session, 0] },
    });
  });

  it('hears what is sent while its log is still being read, in order and once', async () => {
    const [client, other] = [await greet(url), await greet(url)];
    const room = newRoom();
    await client.socket.ask({ path: '$join', data: { room }, id: 1 });
    await cut(client);
    const size = 2_000;
    for (let n = 0; n < 400; n += 1) announce(other.socket, room, String(n).padStart(size));
    await other.socket.heard();
    const returning = comeBack(url, client);
    for (let n = 400; n < 450; n += 1) announce(other.socket, room, String(n).padStart(size));
    const again = await returning;
    const heard: number[] = [];
    while (heard.length < 450) {
      const frame = await again.socket.next();
      if (frame.path === 'output') heard.push(Number(frame['data']));
    }
    expect(heard).toEqual(Array.from({ length: 450 }, (_, n) => n));
    expect(await outputs(again.socket)).toEqual([]);
  });
});

/** What of the frames that come is `output`. */
async function outputs(socket: RawSocket): Promise<unknown[]> {
  return (await socket.heard()).filter(({ path }: RawFrame) => path === 'output').map(({ data }) => data);
}

function roomOf(data: unknown): unknown {
  return (data as { readonly room?: unknown } | undefined)?.room;
}
