import { describe, expect, it } from 'vitest';
import { plain } from './dialect.js';
import { settle, startClient, type TestSocket } from './test-socket.fixture.js';

/** Answers every `$join` and `$leave` that waits for it. */
async function admit(socket: TestSocket): Promise<string[]> {
  const asked = socket.takeSent();
  for (const { path, data, id } of asked) {
    if (id !== undefined) socket.receive(path, path === '$join' ? data : undefined, { id });
  }
  await settle();
  return asked.map(({ path, data }) => `${path} ${(data as { room: string }).room}`);
}

const denied = { code: 'denied', message: 'not you' };

describe('join', () => {
  it('asks the server and resolves when it lets the client in', async () => {
    const { client, connected } = startClient();
    const socket = await connected();
    const joining = client.join('lobby');
    expect(socket.takeSent()).toEqual([{ path: '$join', data: { room: 'lobby' }, id: 1 }]);
    socket.receive('$join', { room: 'lobby' }, { id: 1 });
    expect((await joining).name).toBe('lobby');
  });

  it('rejects when the server refuses, and does not ask again', async () => {
    const { client, connected, errors } = startClient();
    const socket = await connected();
    const joining = client.join('vault');
    socket.receive('$join', undefined, { id: 1, error: denied });
    await expect(joining).rejects.toMatchObject({ code: 'denied' });
    socket.takeSent();
    socket.drop();
    expect(await admit(await connected())).toEqual([]);
    expect(errors).toEqual([]);
  });

  it('refuses what is no name of a room', async () => {
    const { client, connected } = startClient();
    const socket = await connected();
    for (const name of ['*', '$inbox']) {
      await expect(client.join(name)).rejects.toMatchObject({ code: 'invalid_input' });
    }
    expect(socket.takeSent()).toEqual([]);
  });

  it('waits for a connection', async () => {
    const { client, connected } = startClient();
    const joining = client.join('lobby');
    const socket = await connected();
    expect(await admit(socket)).toEqual(['$join lobby']);
    expect((await joining).name).toBe('lobby');
  });

  it('is unsupported where the server speaks plain messages only', async () => {
    const { client, connected } = startClient({ dialect: plain });
    const early = expect(client.join('lobby')).rejects.toMatchObject({ code: 'unsupported' });
    const socket = await connected();
    await early;
    await expect(client.join('lobby')).rejects.toMatchObject({ code: 'unsupported' });
    expect(socket.takeSent()).toEqual([]);
  });

  it('can be given up, and then leaves', async () => {
    const { client, connected } = startClient();
    const socket = await connected();
    const stop = new AbortController();
    const joining = client.join('lobby', { signal: stop.signal });
    stop.abort();
    await expect(joining).rejects.toMatchObject({ code: 'aborted' });
    expect(socket.takeSent().map(({ path }) => path)).toEqual(['$join', '$leave']);
  });

  it('sends nothing if its signal is aborted already', async () => {
    const { client, connected } = startClient();
    const socket = await connected();
    const joining = client.join('lobby', { signal: AbortSignal.abort('no need') });
    await expect(joining).rejects.toMatchObject({ code: 'aborted', cause: 'no need' });
    expect(socket.takeSent()).toEqual([]);
    client.close();
  });

  it('says of a name that stands for a log of its own that it is no name of a room', async () => {
    const { client, connected } = startClient();
    await connected();
    await expect(client.join('*')).rejects.toThrow('[invalid_input] "*" this is no name of a room');
    client.close();
  });

  it('asks once for several handles, and leaves with the last', async () => {
    const { client, connected } = startClient();
    const socket = await connected();
    const joining = Promise.all([client.join('lobby'), client.join('lobby')]);
    expect(await admit(socket)).toEqual(['$join lobby']);
    const [first, second] = await joining;
    const third = await client.join('lobby');
    expect(socket.takeSent()).toEqual([]);
    await first.leave();
    await first.leave();
    await second.leave();
    expect(socket.takeSent()).toEqual([]);
    const leaving = third.leave();
    expect(await admit(socket)).toEqual(['$leave lobby']);
    await leaving;
  });
});

describe('a room', () => {
  it('hears what is sent to it, and no longer than until it is left', async () => {
    const { client, connected } = startClient();
    const socket = await connected();
    const joining = client.join('lobby');
    await admit(socket);
    const lobby = await joining;
    const here: unknown[] = [];
    const everywhere: unknown[] = [];
    lobby.on('chat', (data, info) => here.push([data, info]));
    client.on('chat', (data, { room }) => everywhere.push([data, room]));
    socket.receive('chat', 'one', { room: 'lobby' });
    socket.receive('chat', 'two', { room: 'attic' });
    socket.receive('chat', 'three');
    void lobby.leave();
    socket.receive('chat', 'four', { room: 'lobby' });
    expect(here).toEqual([['one', { room: 'lobby' }]]);
    expect(everywhere).toEqual([
      ['one', 'lobby'],
      ['two', 'attic'],
      ['three', undefined],
      ['four', 'lobby'],
    ]);
  });

  it('knows its members', async () => {
    const { client, connected } = startClient();
    const socket = await connected();
    const joining = client.join('lobby');
    await admit(socket);
    const lobby = await joining;
    const seen: string[] = [];
    lobby.onMembers((members) => seen.push(members.map(({ id }) => id).join()));
    socket.receive('$members', { room: 'lobby', members: { a: { name: 'Ann' }, b: null } });
    socket.receive('$member', { room: 'lobby', id: 'c', info: { name: 'Cy' } });
    socket.receive('$member', { room: 'lobby', id: 'a' });
    socket.receive('$member', { room: 'attic', id: 'z', info: {} });
    expect(seen).toEqual(['a,b', 'a,b,c', 'b,c']);
    expect(lobby.members).toEqual([
      { id: 'b', info: null },
      { id: 'c', info: { name: 'Cy' } },
    ]);
  });

  it('is joined again after a reconnect, before what waits is sent', async () => {
    const { client, connected } = startClient();
    const socket = await connected();
    const joining = client.join('lobby');
    await admit(socket);
    const lobby = await joining;
    const heard: unknown[] = [];
    lobby.on('chat', (data) => heard.push(data));
    socket.drop();
    client.send('chat', 'hi');
    const next = await connected();
    expect(next.takeSent().map(({ path }) => path)).toEqual(['$join', 'chat']);
    next.receive('chat', 'back', { room: 'lobby' });
    expect(heard).toEqual(['back']);
  });

  it('says when it is refused after a reconnect, and is not wanted any more', async () => {
    const { client, connected, errors } = startClient();
    const socket = await connected();
    const joining = client.join('lobby');
    await admit(socket);
    const removed: string[] = [];
    (await joining).onRemoved(({ code }) => removed.push(code));
    socket.drop();
    const next = await connected();
    const [asked] = next.takeSent();
    next.receive('$join', undefined, { ...asked, error: denied });
    await settle();
    expect(removed).toEqual(['denied']);
    expect(errors).toMatchObject([{ code: 'denied' }]);
    next.drop();
    expect(await admit(await connected())).toEqual([]);
  });

  it('says when the server removed the client from it', async () => {
    const { client, connected, errors } = startClient();
    const socket = await connected();
    const joining = client.join('lobby');
    await admit(socket);
    const lobby = await joining;
    const told: unknown[] = [];
    lobby.onRemoved(({ code }) => told.push(code));
    socket.receive('$members', { room: 'lobby', members: { a: {} } });
    socket.receive('$leave', { room: 'lobby', why: 'removed' });
    expect(told).toEqual(['denied']);
    expect(lobby.members).toEqual([]);
    expect(errors).toEqual([]);
    await lobby.leave();
    expect(socket.takeSent()).toEqual([]);
  });

  it('that was taken away is heard by no old handle when it is joined again', async () => {
    const { client, connected } = startClient();
    const socket = await connected();
    const joining = Promise.all([client.join('lobby'), client.join('lobby')]);
    await admit(socket);
    const heard: unknown[] = [];
    for (const old of await joining) {
      old.on('chat', () => heard.push('old'));
      old.onMembers(() => heard.push('old members'));
      old.onRemoved(() => heard.push('removed'));
    }
    socket.receive('$leave', { room: 'lobby', why: 'removed' });
    const again = client.join('lobby');
    await admit(socket);
    (await again).on('chat', (data) => heard.push(data));
    socket.receive('chat', 'hi', { room: 'lobby' });
    socket.receive('$leave', { room: 'lobby', why: 'removed' });
    expect(heard).toEqual(['old members', 'old members', 'removed', 'removed', 'hi']);
  });

  it('is heard by no handle that listens only after it was left or taken away', async () => {
    const { client, connected } = startClient();
    const socket = await connected();
    const joining = Promise.all([client.join('lobby'), client.join('lobby')]);
    await admit(socket);
    const [left, removed] = await joining;
    await left.leave();
    socket.receive('$leave', { room: 'lobby', why: 'removed' });
    const again = client.join('lobby');
    await admit(socket);
    await again;
    const heard: unknown[] = [];
    for (const old of [left, removed]) {
      old.on('chat', (data) => heard.push(data));
      old.onMembers((members) => heard.push(members));
      old.onRemoved(({ code }) => heard.push(code));
      old.onGap((gap) => heard.push(gap));
    }
    socket.receive('chat', 'hi', { room: 'lobby' });
    socket.receive('$members', { room: 'lobby', members: { a: {} } });
    socket.receive('$gap', { room: 'lobby', why: 'trimmed', from: ['r', 1], to: ['r', 9] });
    socket.receive('$leave', { room: 'lobby', why: 'removed' });
    expect(heard).toEqual([]);
  });

  it.each([
    [3_000, { retryAfterMs: 3_000 }],
    [1_000, {}],
    [1_000, { retryAfterMs: 'soon' }],
  ])(
    'stays wanted where the server has too much to do, and is asked for again after %i ms',
    async (ms, more) => {
      const { client, connected, advance, errors } = startClient();
      const socket = await connected();
      const joining = client.join('lobby');
      await admit(socket);
      const removed: unknown[] = [];
      (await joining).onRemoved((error) => removed.push(error));
      socket.drop();
      const next = await connected({ session: 's_2' });
      const error = { code: 'rate_limited', message: 'too often', ...more };
      next.takeSent();
      next.receive('$join', undefined, { id: 1, error });
      await advance(ms - 1);
      expect(next.takeSent()).toEqual([]);
      await advance(1);
      expect(await admit(next)).toEqual(['$join lobby']);
      await advance(10_000);
      expect(next.takeSent()).toEqual([]);
      expect(errors).toMatchObject([{ code: 'rate_limited' }]);
      expect(removed).toEqual([]);
    },
  );

  it('that was never entered is refused also where the server has too much to do', async () => {
    const { client, connected } = startClient();
    const socket = await connected();
    const joining = expect(client.join('lobby')).rejects.toMatchObject({ code: 'rate_limited' });
    socket.receive('$join', undefined, { id: 1, error: { code: 'rate_limited', message: 'too many' } });
    await joining;
    expect(socket.takeSent()).toHaveLength(1);
  });

  it.each(['leave', 'removal', 'loss', 'nothing'])(
    'that waits to be asked for again leaves no timer behind: %s, then a close',
    async (end) => {
      const { client, connected, clock, errors } = startClient();
      const socket = await connected();
      const joining = client.join('lobby');
      await admit(socket);
      const lobby = await joining;
      socket.drop();
      const next = await connected({ session: 's_2' });
      next.receive('$join', undefined, { id: 1, error: { code: 'overloaded', message: 'later' } });
      await settle();
      if (end === 'leave') void lobby.leave();
      else if (end === 'removal') next.receive('$leave', { room: 'lobby', why: 'removed' });
      else if (end === 'loss') next.drop();
      client.close();
      expect(clock.pending).toBe(0);
      expect(errors).toMatchObject([{ code: 'overloaded' }]);
    },
  );

  it('is not waited for where the client closes as it is refused', async () => {
    const { client, connected, clock } = startClient();
    const socket = await connected();
    const joining = client.join('lobby');
    await admit(socket);
    await joining;
    socket.drop();
    const next = await connected({ session: 's_2' });
    next.receive('$join', undefined, { id: 1, error: { code: 'overloaded', message: 'later' } });
    client.close();
    await settle();
    expect(clock.pending).toBe(0);
  });

  it('stays wanted where the server takes long to let the client in again, and is asked for again', async () => {
    const { client, connected, advance, errors } = startClient();
    const socket = await connected();
    const joining = client.join('lobby');
    await admit(socket);
    const lobby = await joining;
    const told: unknown[] = [];
    lobby.onRemoved(({ code }) => told.push(code));
    lobby.on('chat', (data) => told.push(data));
    socket.drop();
    const next = await connected({ session: 's_2' });
    await advance(10_000);
    expect(errors).toMatchObject([{ code: 'timeout' }]);
    const [late, , again] = next.takeSent();
    expect(again).toEqual({ path: '$join', data: { room: 'lobby' }, id: 2 });
    next.receive('$join', { room: 'lobby' }, { id: late!.id as number });
    await settle();
    next.receive('chat', 'late', { room: 'lobby' });
    next.receive('$join', { room: 'lobby' }, { id: 2 });
    await settle();
    await advance(10_000);
    expect(next.takeSent()).toEqual([]);
    next.drop();
    const third = await connected({ session: 's_3' });
    await advance(10_000);
    third.drop();
    expect(await admit(await connected({ session: 's_4' }))).toEqual(['$join lobby']);
    expect(told).toEqual(['late']);
  });

  it('that the client is not let into in time is left, in case it is let in later', async () => {
    const { client, connected, advance, errors } = startClient();
    const socket = await connected();
    const joining = Promise.allSettled([client.join('lobby'), client.join('lobby')]);
    await advance(10_000);
    const timeout = { status: 'rejected', reason: { code: 'timeout' } };
    expect(await joining).toMatchObject([timeout, timeout]);
    expect(socket.takeSent().map(({ path }) => path)).toEqual(['$join', '$cancel', '$leave']);
    expect(errors).toEqual([]);
    const anew = client.join('lobby');
    expect(await admit(socket)).toEqual(['$join lobby']);
    await anew;
  });

  it('that the server had put the client in by itself is not left when asking for it takes too long', async () => {
    const { client, connected, advance } = startClient();
    const heard: unknown[] = [];
    client.on('chat', (data) => heard.push(data));
    const socket = await connected();
    socket.receive('$stream', { room: 'lobby', epoch: 'e', from: 0, count: 0 });
    const joining = expect(client.join('lobby')).rejects.toMatchObject({ code: 'timeout' });
    await advance(10_000);
    await joining;
    expect(socket.takeSent().map(({ path }) => path)).toEqual(['$join', '$cancel']);
    socket.receive('chat', 'still here', { room: 'lobby', at: 1, after: 0 });
    expect(heard).toEqual(['still here']);
  });

  it('is asked for anew when the line breaks before the answer', async () => {
    const { client, connected } = startClient();
    const socket = await connected();
    const joining = client.join('lobby');
    socket.drop();
    const next = await connected();
    expect(await admit(next)).toEqual(['$join lobby']);
    expect((await joining).name).toBe('lobby');
  });

  it('outlives a close, unless it was never entered', async () => {
    const { client, connected, advance } = startClient();
    const socket = await connected();
    const joining = client.join('lobby');
    await admit(socket);
    await joining;
    const pending = expect(client.join('attic')).rejects.toMatchObject({ code: 'closed' });
    client.close();
    await pending;
    await advance(0);
    expect(await admit(await connected())).toEqual(['$join lobby']);
  });
});
