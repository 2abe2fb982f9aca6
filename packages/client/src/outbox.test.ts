import { describe, expect, it } from 'vitest';
import { pathData, type ClientDialect } from './client-dialect.js';
import { startClient } from './test-socket.fixture.js';

const facts = {
  channels: {
    cursor: { delivery: 'latest', key: 'user' },
    mood: { delivery: 'latest' },
    typing: { delivery: 'volatile' },
  },
};

describe('while the connection is away', () => {
  it('keeps reliable messages and requests in order', async () => {
    const { client, connected } = startClient();
    client.send('a', 1);
    void client.request('b', 2).catch(() => {});
    client.send('a', 3);
    const socket = await connected();
    expect(socket.takeSent()).toEqual([
      { path: 'a', data: 1, seq: 1 },
      { path: 'b', data: 2, id: 2 },
      { path: 'a', data: 3, seq: 3 },
    ]);
    client.send('a', 4);
    expect(socket.takeSent()).toEqual([{ path: 'a', data: 4, seq: 4 }]);
  });

  it('keeps the newest of latest, per key, and drops volatile', async () => {
    const { client, connected } = startClient();
    (await connected(facts)).drop();
    client.send('cursor', { user: 'ann', x: 1 });
    client.send('cursor', { user: 'bob', x: 2 });
    client.send('typing', 'ann');
    client.send('mood', 'good');
    client.send('cursor', { user: 'ann', x: 3 });
    client.send('mood', 'better');
    expect((await connected(facts)).takeSent().map(({ data }) => data)).toEqual([
      { user: 'bob', x: 2 },
      { user: 'ann', x: 3 },
      'better',
    ]);
  });

  it('keeps and reports data as it was given, in a dialect that does not read what it writes', async () => {
    const dialect: ClientDialect = {
      ...pathData,
      encode: ({ path, data, ...head }) => JSON.stringify({ to: path, body: data, ...head }),
    };
    const { client, connected, errors, advance } = startClient({ dialect });
    (await connected(facts)).drop();
    client.send('cursor', { user: 'ann', x: 1 });
    client.send('cursor', { user: 'bob', x: 2 });
    await advance(60_000);
    expect(errors.map(({ data }) => data)).toEqual([
      { user: 'ann', x: 1 },
      { user: 'bob', x: 2 },
    ]);
  });

  it('learns from the first welcome what need not have waited', async () => {
    const { client, connected } = startClient();
    client.send('mood', 'good');
    client.send('typing', 'ann');
    client.send('chat', 'hi');
    client.send('mood', 'better');
    expect((await connected(facts)).takeSent()).toEqual([
      { path: 'chat', data: 'hi', seq: 1 },
      { path: 'mood', data: 'better' },
    ]);
  });

  it('keeps a request whatever the delivery of its channel', async () => {
    const { client, connected } = startClient();
    (await connected(facts)).drop();
    void client.request('mood').catch(() => {});
    client.send('mood', 'good');
    expect((await connected(facts)).takeSent()).toHaveLength(2);
  });

  it('throws outbox_full at the call site, and rejects a request with it', async () => {
    const { client, connected, errors } = startClient({ outbox: { maxMessages: 2 } });
    client.send('a', 1);
    client.send('a', 2);
    expect(() => client.send('a', 3)).toThrow(
      expect.objectContaining({ code: 'outbox_full', path: 'a' }) as Error,
    );
    await expect(client.request('a', 4)).rejects.toMatchObject({ code: 'outbox_full', retryable: true });
    expect((await connected()).takeSent()).toHaveLength(2);
    expect(errors).toEqual([]);
  });

  it('is bounded in bytes of UTF-8 too', () => {
    const { client } = startClient({ outbox: { maxBytes: 60 } });
    client.send('a', '€€€€€€€€€€');
    expect(() => client.send('a', '€')).toThrow(/outbox_full/);
    client.close();
  });

  it('reports what waited for too long', async () => {
    const { client, connected, errors, advance } = startClient({ autoConnect: false });
    client.send('a', 'old');
    await advance(30_000);
    client.send('a', 'young');
    await advance(30_000);
    expect(errors).toEqual([{ code: 'expired', path: 'a', data: 'old' }]);
    expect((await connected()).takeSent()).toEqual([{ path: 'a', data: 'young', seq: 1 }]);
  });

  it('reports the data that was sent, whatever became of the object', async () => {
    const { client, connected, errors, advance } = startClient({ autoConnect: false });
    const draft = { text: 'a' };
    client.send('save', draft);
    client.send('touch');
    draft.text = 'b';
    await advance(60_000);
    expect(errors).toStrictEqual([
      { code: 'expired', path: 'save', data: { text: 'a' } },
      { code: 'expired', path: 'touch', data: undefined },
    ]);
    const first = await connected();
    client.send('save', draft);
    draft.text = 'c';
    first.drop();
    await connected({ session: 's_2' });
    expect(errors.slice(2)).toEqual([{ code: 'unknown_outcome', path: 'save', data: { text: 'b' } }]);
  });

  it('reports each once when what is told of the first closes the client', async () => {
    const { client, errors, advance } = startClient({ autoConnect: false });
    client.onError(() => client.close());
    client.send('a', 1);
    client.send('a', 2);
    await advance(60_000);
    expect(errors).toEqual([
      { code: 'expired', path: 'a', data: 1 },
      { code: 'expired', path: 'a', data: 2 },
    ]);
  });

  it('reports it also when the machine slept and no timer ran', async () => {
    const { client, socket, advance, errors, sleep } = startClient();
    client.send('a', 'old');
    await advance(0);
    sleep(60_000);
    client.send('a', 'young');
    socket().open();
    socket().welcome();
    expect(socket().takeSent().slice(1)).toEqual([{ path: 'a', data: 'young', seq: 1 }]);
    expect(errors).toEqual([{ code: 'expired', path: 'a', data: 'old' }]);
  });

  it('numbers what is sent again on that in the session that begins then', async () => {
    const { client, connected, socket, advance, errors, sleep } = startClient();
    const first = await connected();
    client.send('a', 'arrived');
    first.receive('$ack', { done: [[1, 1]] });
    client.onError(({ code }) => {
      if (code === 'expired') client.send('a', 'old, again');
    });
    first.drop();
    client.send('a', 'old');
    await advance(1_000);
    sleep(60_000);
    socket().open();
    socket().welcome({ session: 's_2' });
    client.send('a', 'next');
    expect(socket().takeSent().slice(1)).toEqual([
      { path: 'a', data: 'old, again', seq: 1 },
      { path: 'a', data: 'next', seq: 2 },
    ]);
    expect(errors).toEqual([{ code: 'expired', path: 'a', data: 'old' }]);
  });

  it('ends also what would be sent again, when a report of what expired closes the client', async () => {
    const { client, connected, socket, advance, sleep } = startClient();
    const channels = { save: { idempotent: true } };
    const first = await connected({ channels });
    const saved = client.request('save', 1);
    client.onError(() => client.close());
    first.drop();
    client.send('a', 'old');
    await advance(1_000);
    sleep(60_000);
    socket().open();
    socket().welcome({ session: 's_2', channels });
    await expect(saved).rejects.toMatchObject({ code: 'closed' });
  });

  it('keeps an older value of latest where the newer does not fit', async () => {
    const { client, connected } = startClient({ outbox: { maxBytes: 60 } });
    (await connected(facts)).drop();
    client.send('mood', 'small');
    expect(() => client.send('mood', 'x'.repeat(60))).toThrow(/outbox_full/);
    expect((await connected(facts)).takeSent()).toEqual([{ path: 'mood', data: 'small' }]);
  });

  it('takes a newer value of latest where only an older one of it fills the outbox', async () => {
    const { client, connected } = startClient({ outbox: { maxMessages: 1 } });
    (await connected(facts)).drop();
    client.send('mood', 'good');
    client.send('mood', 'better');
    expect((await connected(facts)).takeSent()).toEqual([{ path: 'mood', data: 'better' }]);
  });

  it.each([
    ['after', facts],
    ['before', undefined],
  ])(
    'goes by the keys that were sent, whatever became of the object, %s the first welcome',
    async (_, known) => {
      const { client, connected } = startClient();
      if (known) (await connected(known)).drop();
      const cursor = { user: 'ann', x: 1 };
      client.send('cursor', cursor);
      cursor.user = 'bob';
      client.send('cursor', cursor);
      expect((await connected(facts)).takeSent().map(({ data }) => data)).toEqual([
        { user: 'ann', x: 1 },
        { user: 'bob', x: 1 },
      ]);
    },
  );

  it('still fits what it held when it learns of the channels', async () => {
    const { client, connected, errors } = startClient({ outbox: { maxBytes: 50 } });
    client.send('a', 'x'.repeat(20));
    expect((await connected()).takeSent()).toHaveLength(1);
    expect(errors).toEqual([]);
  });

  it('sends what is sent while it empties after what waited', async () => {
    const { client, connected } = startClient();
    client.onError(() => client.send('log', 'too large'));
    client.send('a', 'x'.repeat(100));
    client.send('a', 'second');
    const limits = { maxMessageBytes: 60, maxInFlight: 64, maxRooms: 128 };
    expect((await connected({ limits })).takeSent().map(({ data }) => data)).toEqual(['second', 'too large']);
  });

  it('sends what a listener sends on connecting after what waited', async () => {
    const { client, connected } = startClient();
    client.onStatus(({ name }) => {
      if (name === 'connected') client.send('a', 'second');
    });
    client.send('a', 'first');
    expect((await connected()).takeSent().map(({ data }) => data)).toEqual(['first', 'second']);
  });

  it('keeps what is left when the connection breaks while it is sent', async () => {
    const { client, socket, advance, connected } = startClient();
    client.send('a', 1);
    client.send('a', 2);
    await advance(0);
    socket().open();
    const send = socket().send.bind(socket());
    socket().send = (text) => {
      send(text);
      socket().readyState = 2;
    };
    socket().welcome();
    expect(socket().takeSent().slice(1)).toEqual([{ path: 'a', data: 1, seq: 1 }]);
    socket().drop();
    const next = await connected({ resumed: true });
    expect(next.takeSent().map(({ data, seq }) => [data, seq])).toEqual([
      [1, 1],
      [2, 2],
    ]);
  });
});

describe('while the network is behind', () => {
  async function startBehind() {
    const started = startClient();
    const socket = await started.connected(facts);
    socket.bufferedAmount = 65_537;
    return { ...started, socket };
  }

  it('writes what is reliable, drops volatile, and keeps the newest of latest until there is room', async () => {
    const { client, socket, advance } = await startBehind();
    client.send('cursor', { user: 'ann', x: 1 });
    client.send('typing', 'ann');
    client.send('cursor', { user: 'bob', x: 2 });
    client.send('chat', 'hi');
    void client.request('mood').catch(() => {});
    client.send('cursor', { user: 'ann', x: 3 });
    await advance(200);
    expect(socket.takeSent()).toEqual([
      { path: 'chat', data: 'hi', seq: 1 },
      { path: 'mood', id: 2 },
    ]);
    socket.bufferedAmount = 65_536;
    await advance(100);
    client.send('cursor', { user: 'ann', x: 4 });
    expect(socket.takeSent()).toEqual([
      { path: 'cursor', data: { user: 'bob', x: 2 } },
      { path: 'cursor', data: { user: 'ann', x: 3 } },
      { path: 'cursor', data: { user: 'ann', x: 4 } },
    ]);
  });

  it('never writes an older value after a newer one, and looks on time however much is sent', async () => {
    const { client, socket, advance } = await startBehind();
    client.send('mood', 'good');
    await advance(60);
    socket.bufferedAmount = 0;
    client.send('mood', 'better');
    expect(socket.takeSent()).toEqual([]);
    await advance(40);
    expect(socket.takeSent()).toEqual([{ path: 'mood', data: 'better' }]);
  });

  it('keeps what waits for the next connection, where the line breaks meanwhile', async () => {
    const { client, socket, connected, advance } = await startBehind();
    client.send('mood', 'good');
    socket.drop();
    client.send('mood', 'better');
    await advance(200);
    expect((await connected({ ...facts, resumed: true })).takeSent()).toEqual([
      { path: 'mood', data: 'better' },
    ]);
  });

  it('looks only while something waits, and leaves no timer behind', async () => {
    const { client, socket, advance, clock } = await startBehind();
    const before = clock.pending;
    client.send('mood', 'good');
    expect(clock.pending).toBe(before + 1);
    socket.bufferedAmount = 0;
    await advance(100);
    expect(clock.pending).toBe(before);
    socket.bufferedAmount = 65_537;
    client.send('mood', 'better');
    client.close();
    expect(clock.pending).toBe(0);
  });
});
