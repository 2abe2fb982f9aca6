// Rooms over several connections of one session, and what joins do to the logs.
import { describe, expect, it } from 'vitest';
import { eventPayload } from './dialect.js';
import { entry, startSession, type TestSession } from './test-session.fixture.js';
import { settle, startClient, type TestSocket } from './test-socket.fixture.js';

const header = (socket: TestSocket, room: string, from: number, epoch = 'r'): void =>
  socket.receive('$stream', { room, epoch, from, count: 0 });

/** Answers the join that was asked for last, and says where its log stands. */
async function admit(socket: TestSocket, room = 'lobby', from = 40): Promise<void> {
  const { id } =
    socket
      .takeSent()
      .filter(({ path }) => path === '$join')
      .at(-1) ?? {};
  socket.receive('$join', { room }, { id: id as number });
  header(socket, room, from);
  await settle();
}

async function startInLobby() {
  const session = await startSession();
  const joining = session.client.join('lobby');
  await admit(session.first);
  return { ...session, lobby: await joining };
}

describe('a room', () => {
  it('is not joined again in the same session, and goes on where it stood', async () => {
    const { first, greet, heard, client } = await startInLobby();
    entry(first, 'lobby', 41);
    first.drop();
    const { hello, next } = await greet();
    expect(hello).toMatchObject({ streams: { lobby: ['r', 41] } });
    next.welcome({ resumed: true });
    header(next, 'lobby', 41);
    entry(next, 'lobby', 42);
    expect(next.takeSent()).toEqual([]);
    expect(heard).toEqual([
      ['lobby', 41],
      ['lobby', 42],
    ]);
    expect(client.status).toMatchObject({ resumed: true });
  });

  it('is joined anew in another session, after its gap was told', async () => {
    const { first, lobby, connected, heard } = await startInLobby();
    const gaps: unknown[] = [];
    lobby.onGap((gap) => gaps.push(gap));
    entry(first, 'lobby', 41);
    first.drop();
    const next = await connected({ session: 's_2' });
    next.receive('$gap', { room: 'lobby', why: 'lost', from: ['r', 41] });
    next.receive('$gap', { room: 'attic', why: 'lost', from: ['r', 3] });
    entry(next, 'lobby', 42);
    expect(next.takeSent()).toEqual([{ path: '$join', data: { room: 'lobby', from: ['r', 41] }, id: 1 }]);
    next.receive('$join', { room: 'lobby' }, { id: 1 });
    header(next, 'lobby', 50);
    entry(next, 'lobby', 51);
    await settle();
    expect(gaps).toEqual([{ log: 'room', room: 'lobby', why: 'lost', from: ['r', 41] }]);
    expect(heard).toEqual([
      ['lobby', 41],
      ['lobby', 51],
    ]);
  });

  it.each([
    [
      'a planned restart',
      ({ first }: TestSession) => {
        first.receive('$goodbye', { why: 'restart', returnWithinMs: 1_000, final: true });
        first.drop(1012);
      },
    ],
    ['a close', ({ client }: TestSession) => client.close()],
  ])('is joined anew without a gap after %s', async (_, end) => {
    const session = await startInLobby();
    const { first, greet, gaps, heard } = session;
    entry(first, 'lobby', 41);
    end(session);
    const { hello, next } = await greet();
    expect(hello).toEqual({});
    next.welcome({ session: 's_2' });
    await admit(next, 'lobby', 70);
    entry(next, 'lobby', 71);
    expect(gaps).toEqual([]);
    expect(heard).toEqual([
      ['lobby', 41],
      ['lobby', 71],
    ]);
  });

  it('whose session was lost before anything came behind the answer is told as a gap', async () => {
    const { client, first, connected, gaps } = await startSession();
    const joining = client.join('lobby');
    first.receive('$join', { room: 'lobby' }, { id: 1 });
    await joining;
    await settle();
    first.drop();
    const next = await connected({ session: 's_2' });
    expect(next.takeSent()).toEqual([{ path: '$join', data: { room: 'lobby' }, id: 1 }]);
    expect(gaps).toEqual([{ log: 'room', room: 'lobby', why: 'lost', from: ['', 0] }]);
  });

  it('is asked for again where the answer was lost, with a new number', async () => {
    const { client, first, connected } = await startSession();
    const joining = client.join('lobby');
    first.drop();
    const next = await connected({ resumed: true });
    expect(next.takeSent()).toEqual([{ path: '$join', data: { room: 'lobby' }, id: 2 }]);
    next.receive('$join', { room: 'lobby' }, { id: 2 });
    expect((await joining).name).toBe('lobby');
  });

  it('is asked for again where nothing came behind the answer', async () => {
    const { client, first, connected } = await startSession();
    const joining = client.join('lobby');
    first.receive('$join', { room: 'lobby' }, { id: 1 });
    await joining;
    await settle();
    first.drop();
    const next = await connected({ resumed: true });
    expect(next.takeSent()).toEqual([{ path: '$join', data: { room: 'lobby' }, id: 2 }]);
  });

  it('is asked for again in yet another session where its join in this one was not answered', async () => {
    const { first, connected } = await startInLobby();
    first.drop();
    (await connected({ session: 's_2' })).drop();
    const next = await connected({ session: 's_2', resumed: true });
    expect(next.takeSent()).toMatchObject([{ path: '$join', data: { room: 'lobby' } }]);
  });

  it('gives what was said before to who listens as soon as it was joined, however they wait for it', async () => {
    const { client, first, heard } = await startSession();
    const here: unknown[] = [];
    const wrapped = async () => ({ lobby: await client.join('lobby') });
    const joining = (async () => {
      const { lobby } = await wrapped();
      lobby.on('chat', (data) => here.push(data));
    })();
    first.receive('$join', { room: 'lobby' }, { id: 1 });
    header(first, 'lobby', 40);
    entry(first, 'lobby', 41);
    entry(first, undefined, 1);
    first.receive('$live', { room: 'lobby', at: 41 });
    first.receive('chat', 'latest', { room: 'lobby' });
    await joining;
    await settle();
    entry(first, 'lobby', 42);
    expect(here).toEqual([41, 'latest', 42]);
    expect(heard).toEqual([['lobby', 41], 1, ['lobby', 'latest'], ['lobby', 42]]);
  });

  it('gives who joins it also what came before the answer, and no gap that is none', async () => {
    const { client, first, gaps } = await startSession();
    header(first, 'hall', 3);
    const joining = client.join('hall');
    entry(first, 'hall', 4);
    entry(first, 'hall', 5);
    first.receive('$join', { room: 'hall' }, { id: 1 });
    first.receive('$gap', { room: 'hall', why: 'trimmed', from: ['r', 3], to: ['r', 4] });
    header(first, 'hall', 4);
    entry(first, 'hall', 5);
    entry(first, 'hall', 6);
    const here: unknown[] = [];
    (await joining).on('chat', (data) => here.push(data));
    await settle();
    expect(here).toEqual([4, 5, 6]);
    expect(gaps).toEqual([]);
  });

  it('that the client is in already is followed also where a join of its own is refused or cut', async () => {
    for (const end of ['refused', 'cut']) {
      const { client, first, heard, greet } = await startSession();
      header(first, 'hall', 3);
      const joining = client.join('hall').catch(() => {});
      entry(first, 'hall', 4);
      if (end === 'refused') {
        first.receive('$join', undefined, { id: 1, error: { code: 'denied', message: 'not you' } });
        await joining;
        entry(first, 'hall', 5);
      }
      first.drop();
      await settle();
      const { hello } = await greet();
      expect(hello, end).toMatchObject({ streams: { hall: ['r', end === 'refused' ? 5 : 4] } });
      expect(heard[0], end).toEqual(['hall', 4]);
      client.close();
    }
  });

  it('takes the close in its turn, right behind a join', async () => {
    const { client, first, heard, greet } = await startSession();
    const joining = client.join('lobby');
    first.receive('$join', { room: 'lobby' }, { id: 1 });
    header(first, 'lobby', 40);
    entry(first, 'lobby', 41);
    first.receive('$goodbye', { why: 'restart', final: true });
    first.drop(1012);
    const lobby = await joining;
    const here: unknown[] = [];
    lobby.on('chat', (data) => here.push(data));
    await settle();
    expect([here, heard]).toEqual([[41], [['lobby', 41]]]);
    expect((await greet()).hello).toEqual({});
  });

  it('gives nothing to a client that closes when it was joined', async () => {
    const { client, first, heard } = await startSession();
    const joining = client.join('lobby').then(() => client.close());
    first.receive('$join', { room: 'lobby' }, { id: 1 });
    first.receive('chat', 'volatile', { room: 'lobby' });
    await joining;
    await settle();
    expect(heard).toEqual([]);
  });

  it('reports what is no frame also among what was kept for a moment', async () => {
    const { client, first, errors } = await startSession();
    void client.join('lobby');
    first.receive('$join', { room: 'lobby' }, { id: 1 });
    first.receive('$members', { room: 'lobby' });
    header(first, 'lobby', 40);
    await settle();
    expect(errors).toMatchObject([{ code: 'internal' }]);
    first.drop();
  });

  it('that is taken away while it is asked for is left, should the server let the client in after all', async () => {
    const { client, first, heard } = await startSession();
    const joining = expect(client.join('lobby')).rejects.toMatchObject({ code: 'denied' });
    first.receive('$leave', { room: 'lobby', why: 'removed' });
    await joining;
    first.takeSent();
    first.receive('$join', { room: 'lobby' }, { id: 1 });
    header(first, 'lobby', 40);
    entry(first, 'lobby', 41);
    await settle();
    expect(first.takeSent()).toEqual([{ path: '$leave', data: { room: 'lobby' }, id: 2 }]);
    first.receive('$leave', { room: 'lobby' }, { id: 2 });
    expect(heard).toEqual([]);
  });

  it('that is taken away while it is asked for is kept where somebody else asks for it', async () => {
    const { client, first, heard } = await startSession();
    const joining = expect(client.join('lobby')).rejects.toMatchObject({ code: 'denied' });
    first.receive('$leave', { room: 'lobby', why: 'removed' });
    await joining;
    const another = client.join('lobby');
    first.receive('$join', { room: 'lobby' }, { id: 1 });
    await admit(first);
    await another;
    entry(first, 'lobby', 41);
    expect(first.takeSent()).toEqual([]);
    expect(heard).toEqual([['lobby', 41]]);
  });

  it('that the server put the client in is followed, until it is taken away', async () => {
    const { first, heard, greet } = await startSession();
    header(first, 'hall', 3);
    entry(first, 'hall', 4);
    first.receive('$leave', { room: 'hall', why: 'removed' });
    entry(first, 'hall', 5);
    expect(heard).toEqual([['hall', 4]]);
    first.drop();
    const { hello } = await greet();
    expect(hello).toMatchObject({ streams: { $inbox: ['s_1', 0], '*': ['e', 10] } });
    expect(JSON.stringify(hello)).not.toContain('hall');
  });

  it('that the server put the client in replays to who joins it what came since it was asked', async () => {
    const { client, first, heard } = await startSession();
    header(first, 'hall', 3);
    entry(first, 'hall', 4);
    const joining = client.join('hall');
    expect(first.takeSent()).toEqual([{ path: '$join', data: { room: 'hall', from: ['r', 4] }, id: 1 }]);
    entry(first, 'hall', 5);
    first.receive('$join', { room: 'hall' }, { id: 1 });
    header(first, 'hall', 4);
    const hall = await joining;
    const here: unknown[] = [];
    hall.on('chat', (data) => here.push(data));
    entry(first, 'hall', 5);
    entry(first, 'hall', 6);
    await settle();
    expect(here).toEqual([5, 6]);
    expect(heard).toHaveLength(3);
  });
});

describe('leaving', () => {
  it('while away is told once back, and until that is answered nothing of the room is heard', async () => {
    const { lobby, first, greet, heard, connected } = await startInLobby();
    first.drop();
    await lobby.leave();
    const { hello, next } = await greet();
    expect(hello).toMatchObject({ streams: { lobby: ['r', 40] } });
    next.welcome({ resumed: true });
    header(next, 'lobby', 40);
    entry(next, 'lobby', 41);
    const [asked] = next.takeSent();
    expect(asked).toMatchObject({ path: '$leave', data: { room: 'lobby' } });
    next.drop();
    const again = await connected({ resumed: true });
    const [repeated] = again.takeSent();
    expect(repeated).toMatchObject({ path: '$leave', data: { room: 'lobby' } });
    again.receive('$leave', undefined, { id: repeated?.id as number });
    await settle();
    expect(heard).toEqual([]);
    again.drop();
    expect((await connected({ resumed: true })).takeSent()).toEqual([]);
  });

  it('while away is not needed where the session is lost, and nothing is missed of the room then', async () => {
    const { lobby, first, connected, gaps } = await startInLobby();
    first.drop();
    await lobby.leave();
    const next = await connected({ session: 's_2' });
    expect(next.takeSent()).toEqual([]);
    next.receive('$gap', { room: 'lobby', why: 'lost', from: ['r', 40] });
    expect(gaps).toEqual([]);
  });

  it('and joining again while away does both once back', async () => {
    const { client, lobby, first, connected, heard } = await startInLobby();
    first.drop();
    await lobby.leave();
    const joining = client.join('lobby');
    const next = await connected({ resumed: true });
    header(next, 'lobby', 40);
    entry(next, 'lobby', 41);
    expect(next.takeSent()).toEqual([
      { path: '$leave', data: { room: 'lobby' }, id: 2 },
      { path: '$join', data: { room: 'lobby' }, id: 3 },
    ]);
    next.receive('$leave', undefined, { id: 2 });
    await settle();
    next.receive('$join', { room: 'lobby' }, { id: 3 });
    header(next, 'lobby', 44);
    await joining;
    entry(next, 'lobby', 45);
    await settle();
    expect(heard).toEqual([['lobby', 45]]);
    next.drop();
    expect((await connected({ resumed: true })).takeSent()).toEqual([]);
  });

  it('a room that is still being joined lets nothing of it be heard', async () => {
    const { client, first, heard } = await startSession();
    const stop = new AbortController();
    const joining = expect(client.join('lobby', { signal: stop.signal })).rejects.toThrow('aborted');
    stop.abort();
    await joining;
    expect(first.takeSent()).toMatchObject([
      { path: '$join', id: 1 },
      { path: '$leave', id: 2 },
    ]);
    first.receive('$join', { room: 'lobby' }, { id: 1 });
    header(first, 'lobby', 40);
    entry(first, 'lobby', 41);
    await settle();
    entry(first, 'lobby', 42);
    first.receive('$leave', { room: 'lobby' }, { id: 2 });
    await settle();
    entry(first, 'lobby', 43);
    expect(heard).toEqual([]);
  });

  it('a room whose entries are being read again lets nothing of it be heard', async () => {
    const { lobby, first, heard } = await startInLobby();
    entry(first, 'lobby', 43);
    void lobby.leave();
    expect(first.takeSent()).toMatchObject([
      { path: '$join', id: 2 },
      { path: '$leave', id: 3 },
    ]);
    first.receive('$join', { room: 'lobby' }, { id: 2 });
    header(first, 'lobby', 40);
    entry(first, 'lobby', 41);
    await settle();
    entry(first, 'lobby', 42);
    expect(heard).toEqual([]);
  });

  it('without an answer in time, and joining again, hears what comes from then on', async () => {
    const { client, lobby, first, advance, heard } = await startInLobby();
    const leaving = lobby.leave();
    await advance(10_000);
    await leaving;
    const joining = client.join('lobby');
    await admit(first, 'lobby', 50);
    await joining;
    entry(first, 'lobby', 51);
    expect(heard).toEqual([['lobby', 51]]);
  });

  it('while the socket that opened is closing already takes nobody out of the room that was joined since', async () => {
    const { client, lobby, first, greet, connected } = await startInLobby();
    first.drop();
    await lobby.leave();
    const { next } = await greet();
    next.readyState = 2;
    next.welcome({ resumed: true });
    next.drop();
    void client.join('lobby');
    const again = await connected({ resumed: true });
    expect(again.takeSent().map(({ path }) => path)).toEqual(['$leave', '$join']);
  });

  it('is told again where the answer did not come in time', async () => {
    const { lobby, first, connected, advance, heard } = await startInLobby();
    const leaving = lobby.leave();
    await advance(10_000);
    await leaving;
    entry(first, 'lobby', 41);
    first.drop();
    const next = await connected({ resumed: true });
    expect(next.takeSent()).toMatchObject([{ path: '$leave', data: { room: 'lobby' } }]);
    expect(heard).toEqual([]);
  });

  it('and joining again at once hears what comes after the second answer', async () => {
    const { client, lobby, first, heard, gaps } = await startInLobby();
    void lobby.leave();
    const joining = client.join('lobby');
    expect(first.takeSent().map(({ path, data }) => [path, data])).toEqual([
      ['$leave', { room: 'lobby' }],
      ['$join', { room: 'lobby' }],
    ]);
    entry(first, 'lobby', 41);
    first.receive('$leave', undefined, { id: 2 });
    await settle();
    first.receive('$join', { room: 'lobby' }, { id: 3 });
    header(first, 'lobby', 47);
    await joining;
    entry(first, 'lobby', 48);
    await settle();
    expect(heard).toEqual([['lobby', 48]]);
    expect(gaps).toEqual([]);
  });
});

describe('a refusal on resume', () => {
  it('is a gap without an end, and then the room is gone', async () => {
    const { lobby, first, connected, errors } = await startInLobby();
    const told: unknown[] = [];
    lobby.onGap(({ why, to }) => told.push([why, to]));
    lobby.onRemoved(({ code }) => told.push(code));
    first.drop();
    const next = await connected({ resumed: true });
    next.receive('$gap', { room: 'lobby', why: 'denied', from: ['r', 40] });
    next.receive('$leave', { room: 'lobby', why: 'removed' });
    expect(told).toEqual([['denied', undefined], 'denied']);
    expect(errors).toEqual([]);
    next.drop();
    expect((await connected({ session: 's_2' })).takeSent()).toEqual([]);
  });
});

describe('a session of more rooms than a greeting may hold', () => {
  const limits = { maxMessageBytes: 1_000, maxInFlight: 64, maxRooms: 128 };
  // two bytes a letter
  const rooms = Array.from({ length: 10 }, (_, index) => `${'ä'.repeat(50)} ${index}`);
  const lastRoom = rooms.at(-1)!;

  /** A client that the server has put into the rooms, and that has their entries 1 and 2. */
  async function startInRooms() {
    const session = await startSession({ limits });
    for (const room of rooms) {
      header(session.first, room, 0);
      entry(session.first, room, 1);
      entry(session.first, room, 2);
    }
    return session;
  }

  it('is not resumed, and the client itself reports what it lost, once', async () => {
    const { first, greet, gaps } = await startInRooms();
    first.drop();
    const { hello, next } = await greet();
    expect(hello).toEqual({});
    next.welcome({ session: 's_2', streams: { '*': ['e', 12] }, limits });
    next.drop();
    expect(gaps).toHaveLength(rooms.length + 2);
    expect(gaps).toContainEqual({ log: 'everyone', why: 'lost', from: ['e', 10], to: ['e', 12] });
    expect(gaps).toContainEqual({ log: 'inbox', why: 'lost', from: ['s_1', 0], to: ['s_2', 0] });
    for (const room of rooms) expect(gaps).toContainEqual({ log: 'room', room, why: 'lost', from: ['r', 2] });
  });

  it('has its rooms joined again from where the client stood, and what is lost follows that', async () => {
    const { client, first, connected, gaps, heard } = await startInRooms();
    const joining = client.join(lastRoom);
    await admit(first, lastRoom, 2);
    await joining;
    first.drop();
    const next = await connected({ session: 's_2', limits });
    const [join, ...others] = next.takeSent();
    expect([join?.data, others]).toEqual([{ room: lastRoom, from: ['r', 2] }, []]);
    const ofRoom = () => gaps.filter((gap) => 'room' in gap && gap.room === lastRoom);
    expect(ofRoom()).toEqual([]);
    next.receive('$join', { room: lastRoom }, { id: join!.id as number });
    header(next, lastRoom, 2);
    entry(next, lastRoom, 3);
    await settle();
    expect(ofRoom()).toMatchObject([{ why: 'lost', from: ['r', 2] }]);
    expect(heard.at(-1)).toEqual([lastRoom, 3]);
  });

  it('is resumed where it fits', async () => {
    const { first, greet } = await startInRooms();
    for (const room of rooms.slice(4)) first.receive('$leave', { room, why: 'removed' });
    first.drop();
    const { hello } = await greet();
    expect(hello).toMatchObject({ session: 's_1', streams: { [rooms[0]!]: ['r', 2] } });
  });
});

it('of a room at a plain server no gap is told after a reconnect', async () => {
  const { client, connected } = startClient({ dialect: eventPayload });
  const gaps: unknown[] = [];
  client.onGap((gap) => gaps.push(gap));
  const socket = await connected();
  await client.join('lobby');
  socket.drop();
  const next = await connected();
  expect(next.takeSent()).toEqual([{ event: 'joinRoom', room: 'lobby', id: 1 }]);
  expect(gaps).toEqual([]);
  client.close();
});

it('a plain server is told of no cursor', async () => {
  const { client, connected } = startClient({ dialect: eventPayload });
  const socket = await connected();
  void client.join('lobby');
  expect(socket.takeSent()).toEqual([{ event: 'joinRoom', room: 'lobby', id: 1 }]);
  client.close();
});
