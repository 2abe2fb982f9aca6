// @vitest-environment jsdom
import { afterEach, describe, expect, it, vi } from 'vitest';
import { startClient, type TestClient } from './test-socket.fixture.js';

let started: TestClient<undefined>;
const start = (options?: Parameters<typeof startClient>[0]): TestClient<undefined> =>
  (started = startClient(options as never));

afterEach(() => {
  started.client.close();
  vi.restoreAllMocks();
});

const set = (state: { offline?: boolean; hidden?: boolean }): void => {
  vi.spyOn(navigator, 'onLine', 'get').mockReturnValue(state.offline !== true);
  vi.spyOn(document, 'hidden', 'get').mockReturnValue(state.hidden === true);
};
const pageEvent = (type: string, persisted: boolean): Event => Object.assign(new Event(type), { persisted });

describe('a page', () => {
  it('gives relative addresses their base', async () => {
    const { client, socket, advance } = start({ url: '/ws' });
    client.connect();
    await advance(0);
    expect(socket().url).toBe(new URL('/ws', location.href).href.replace('http', 'ws'));
  });

  it('without a network waits for it', async () => {
    const { client, connected, sockets, advance } = start();
    const socket = await connected();
    set({ offline: true });
    socket.drop();
    await advance(29_999);
    expect(sockets).toHaveLength(1);
    set({});
    dispatchEvent(new Event('online'));
    await advance(0);
    expect(sockets).toHaveLength(2);
    expect(client.status.name).toBe('reconnecting');
  });

  it('asks the server when it is seen again after a silence, and gives up after 3 s', async () => {
    const { client, connected, advance } = start();
    const socket = await connected();
    set({});
    await advance(4_999);
    document.dispatchEvent(new Event('visibilitychange'));
    expect(socket.takeSent()).toEqual([]);
    await advance(1);
    set({ hidden: true });
    document.dispatchEvent(new Event('visibilitychange'));
    expect(socket.takeSent()).toEqual([]);
    set({});
    document.dispatchEvent(new Event('visibilitychange'));
    expect(socket.takeSent()).toEqual([{ path: '$ping' }]);
    socket.receive('$pong');
    await advance(5_000);
    document.dispatchEvent(new Event('resume'));
    await advance(2_999);
    expect(client.status.name).toBe('connected');
    await advance(1);
    expect(client.status.name).toBe('reconnecting');
  });

  it('that wakes again and again does not put the judgement off', async () => {
    const { client, connected, advance } = start();
    await connected();
    set({});
    await advance(5_000);
    document.dispatchEvent(new Event('visibilitychange'));
    await advance(2_000);
    document.dispatchEvent(new Event('visibilitychange'));
    await advance(1_000);
    expect(client.status.name).toBe('reconnecting');
  });

  it('that slept longer than a silence may last asks before it judges', async () => {
    const { client, connected, advance, sleep } = start();
    const socket = await connected();
    set({});
    sleep(60_000);
    document.dispatchEvent(new Event('visibilitychange'));
    expect(socket.takeSent()).toEqual([{ path: '$ping' }]);
    await advance(2_999);
    socket.receive('$pong');
    await advance(1);
    expect(client.status.name).toBe('connected');
  });

  it('asks the server also when the clock was set back meanwhile', async () => {
    const { client, connected, advance, sleep } = start();
    const socket = await connected();
    set({});
    await advance(10_000);
    sleep(-3_600_000);
    document.dispatchEvent(new Event('visibilitychange'));
    expect(socket.takeSent()).toEqual([{ path: '$ping' }]);
    await advance(3_000);
    expect(client.status.name).toBe('reconnecting');
  });

  it('that is kept in the cache closes 4001 and returns with the page', async () => {
    const { client, connected, sockets, clock, advance } = start();
    const socket = await connected();
    dispatchEvent(pageEvent('pagehide', true));
    expect(socket.closedWith).toEqual([4001]);
    expect(client.status).toMatchObject({
      name: 'reconnecting',
      nextAttemptAt: undefined,
      reason: { code: 4001 },
    });
    expect(clock.pending).toBe(0);
    dispatchEvent(pageEvent('pageshow', true));
    await advance(0);
    expect(sockets).toHaveLength(2);
  });

  it('that is frozen does the same', async () => {
    const { connected, sockets, advance } = start();
    const socket = await connected();
    document.dispatchEvent(new Event('freeze'));
    expect(socket.closedWith).toEqual([4001]);
    document.dispatchEvent(new Event('resume'));
    await advance(0);
    expect(sockets).toHaveLength(2);
  });

  it('that goes for good closes 1000', async () => {
    const { client, connected } = start();
    const socket = await connected();
    dispatchEvent(pageEvent('pagehide', false));
    expect(socket.closedWith).toEqual([1000]);
    expect(client.status.name).toBe('closed');
  });

  describe('whose session is for the tab', () => {
    const tab = { session: 'tab' } as const;
    const greet = async ({ client, advance, socket }: TestClient<undefined>): Promise<unknown> => {
      client.connect();
      await advance(0);
      socket().open();
      return socket().takeSent()[0]?.data;
    };

    it('leaves it to the next, which goes on with its cursors and numbers', async () => {
      const { client, connected } = start(tab);
      const socket = await connected({ streams: { '*': ['e', 10] } });
      client.send('chat', 'a');
      socket.receive('chat', 'b', { at: 1, after: 0 });
      expect(sessionStorage).toHaveLength(0);
      dispatchEvent(pageEvent('pagehide', false));
      expect(socket.closedWith).toEqual([4001]);
      expect(sessionStorage).toHaveLength(1);

      const next = startClient(tab);
      expect(await greet(next)).toEqual({
        session: 's_1',
        token: 't_1',
        streams: { $inbox: ['s_1', 1], '*': ['e', 10] },
        open: {},
      });
      // as a duplicate of the tab would find it
      expect(sessionStorage).toHaveLength(0);
      next.socket().welcome({ resumed: true });
      next.client.send('chat', 'c');
      expect(next.socket().takeSent()).toEqual([{ path: 'chat', data: 'c', seq: 2 }]);
      next.client.close();
    });

    it('leaves it also while the connection is away', async () => {
      const { connected } = start(tab);
      (await connected()).drop();
      dispatchEvent(pageEvent('pagehide', false));
      const next = startClient(tab);
      expect(await greet(next)).toMatchObject({ session: 's_1' });
      next.client.close();
    });

    it('goes on by itself where it was kept, and leaves nothing for others to find', async () => {
      const started = start(tab);
      await started.connected({ streams: { '*': ['e', 10] } });
      dispatchEvent(pageEvent('pagehide', true));
      expect(sessionStorage).toHaveLength(1);
      dispatchEvent(pageEvent('pageshow', true));
      expect(await greet(started)).toMatchObject({ session: 's_1', streams: { '*': ['e', 10] } });
      expect(sessionStorage).toHaveLength(0);
    });

    it('leaves nothing once it is closed', async () => {
      const { client, connected } = start(tab);
      await connected();
      client.close();
      dispatchEvent(pageEvent('pagehide', false));
      expect(sessionStorage).toHaveLength(0);
    });

    it('does without where the storage is forbidden', async () => {
      vi.spyOn(window, 'sessionStorage', 'get').mockImplementation(() => {
        throw new DOMException('no', 'SecurityError');
      });
      const { client, connected } = start(tab);
      await connected();
      expect(client.status.name).toBe('connected');
      dispatchEvent(pageEvent('pagehide', false));
      expect(client.status.name).toBe('reconnecting');
    });
  });

  it('is listened to only while there is something to keep alive', async () => {
    const added = vi.spyOn(window, 'addEventListener');
    const { client, connected, sockets, advance } = start();
    expect(added).not.toHaveBeenCalled();
    await connected();
    expect(added).toHaveBeenCalled();
    client.close();
    set({});
    dispatchEvent(new Event('online'));
    await advance(1_000);
    expect(sockets).toHaveLength(1);
  });
});

it('in a worker hears of the network, though there is no page', async () => {
  vi.stubGlobal('document', undefined);
  const { connected, sockets, advance } = start();
  const socket = await connected();
  vi.spyOn(navigator, 'onLine', 'get').mockReturnValue(false);
  socket.drop();
  await advance(0);
  vi.spyOn(navigator, 'onLine', 'get').mockReturnValue(true);
  dispatchEvent(new Event('online'));
  await advance(0);
  expect(sockets).toHaveLength(2);
  vi.unstubAllGlobals();
});
