// @vitest-environment jsdom
// A session that belongs to its tab: pages have it in turn, and each goes on where the one before it stood.
import { afterEach, describe, expect, it } from 'vitest';
import { startClient, type TestClient } from './test-socket.fixture.js';

const clients: TestClient<undefined>[] = [];
const start = (options: Parameters<typeof startClient>[0] = {}): TestClient<undefined> => {
  const started = startClient<undefined>({ session: 'tab', ...options } as never);
  clients.push(started);
  return started;
};

afterEach(() => {
  for (const { client } of clients.splice(0)) client.close();
  sessionStorage.clear();
});

const leavePage = (isKept: boolean): boolean =>
  dispatchEvent(Object.assign(new Event('pagehide'), { persisted: isKept }));
const showPage = (): boolean => dispatchEvent(Object.assign(new Event('pageshow'), { persisted: true }));

async function greet({ client, advance, socket }: TestClient<undefined>): Promise<unknown> {
  client.connect();
  await advance(0);
  socket().open();
  return socket().takeSent()[0]?.data;
}

/** What another page makes of the session that lies in the tab, before this one is shown again. */
function haveAnotherPage(change: { readonly session?: string }): void {
  const key = sessionStorage.key(0)!;
  const { identity, streams, last } = JSON.parse(sessionStorage.getItem(key)!) as {
    identity: object;
    streams: object;
    last: number;
  };
  sessionStorage.setItem(
    key,
    JSON.stringify({
      identity: { ...identity, token: 't_2', ...change },
      streams: { ...streams, $inbox: ['s_1', 8], '*': ['e', 30], hall: ['h', 4] },
      last: last + 3,
    }),
  );
}

/** A page that said one thing that was not acknowledged, and was kept. */
async function startKept(): Promise<TestClient<undefined>> {
  const page = start();
  await page.connected({ streams: { '*': ['e', 10] } });
  page.client.send('chat', 'a');
  leavePage(true);
  return page;
}

describe('a page that is shown again after another one had its session', () => {
  it('has it back by the newest token, and stands where it stood itself', async () => {
    const page = await startKept();
    haveAnotherPage({});
    showPage();
    expect(await greet(page)).toEqual({
      session: 's_1',
      token: 't_2',
      streams: { $inbox: ['s_1', 0], '*': ['e', 10], hall: ['h', 4] },
      open: {},
    });
    expect(sessionStorage).toHaveLength(0);
  });

  it('uses no number again, and says that nobody knows what became of its own messages', async () => {
    const page = await startKept();
    const { client, errors } = page;
    const asking = client.request('save');
    haveAnotherPage({});
    showPage();
    await greet(page);
    expect(errors).toEqual([{ code: 'unknown_outcome', path: 'chat', data: 'a' }]);
    // by the server's account 1 has come, since 4 has
    page.socket().welcome({ token: 't_3', resumed: true, done: [[1, 4]] });
    client.send('chat', 'b');
    // what was not written is not lost
    expect(page.socket().takeSent()).toEqual([
      { path: 'save', id: 5 },
      { path: 'chat', data: 'b', seq: 6 },
    ]);
    page.socket().receive('save', 'saved', { id: 5 });
    await expect(asking).resolves.toBe('saved');
  });

  it('sends what is idempotent again, by another number', async () => {
    const page = start();
    await page.connected({ channels: { save: { idempotent: true } } });
    const asking = page.client.request('save');
    leavePage(true);
    haveAnotherPage({});
    showPage();
    await greet(page);
    page.socket().welcome({ token: 't_3', resumed: true, channels: { save: { idempotent: true } } });
    expect(page.socket().takeSent()).toEqual([{ path: 'save', id: 5 }]);
    page.socket().receive('save', 'saved', { id: 5 });
    await expect(asking).resolves.toBe('saved');
  });

  it('puts no older token there when it is left before it was connected again', async () => {
    const page = await startKept();
    haveAnotherPage({});
    showPage();
    await page.advance(0);
    leavePage(false);
    const next = start();
    expect(await greet(next)).toMatchObject({ session: 's_1', token: 't_2', streams: { '*': ['e', 10] } });
    next.socket().welcome({ token: 't_3', resumed: true, done: [[1, 4]] });
    next.client.send('chat', 'b');
    expect(next.socket().takeSent()).toEqual([{ path: 'chat', data: 'b', seq: 5 }]);
  });

  it('goes on by its own where the other had none of it', async () => {
    const page = await startKept();
    haveAnotherPage({ session: 's_2' });
    showPage();
    expect(await greet(page)).toMatchObject({ session: 's_1', token: 't_1', streams: { '*': ['e', 10] } });
    expect(page.errors).toEqual([]);
  });

  it('sends again what was not acknowledged where no other had it', async () => {
    const page = await startKept();
    showPage();
    await greet(page);
    page.socket().welcome({ token: 't_2', resumed: true });
    expect(page.socket().takeSent()).toEqual([{ path: 'chat', data: 'a', seq: 1 }]);
    expect(page.errors).toEqual([]);
  });
});

it('a page that is loaded begins anew where the session is of more rooms than a greeting may hold', async () => {
  const page = start();
  const limits = { maxMessageBytes: 1_000, maxInFlight: 64, maxRooms: 128 };
  const socket = await page.connected({ streams: { '*': ['e', 10] }, limits });
  for (let index = 0; index < 20; index++)
    socket.receive('$stream', { room: `${'r'.repeat(80)} ${index}`, epoch: 'r', from: 2, count: 0 });
  leavePage(false);
  expect(await greet(start())).toEqual({});
});

describe('two clients of one page', () => {
  it('whose addresses are found by functions leave two sessions, whatever is asked of the server', async () => {
    let ticket = 0;
    const at = (host: string): TestClient<undefined> =>
      start({ url: async () => `ws://${host}.test/ws?ticket=${++ticket}` });
    await at('one').connected({ session: 's_one' });
    await at('two').connected({ session: 's_two' });
    leavePage(false);
    expect(sessionStorage).toHaveLength(2);
    expect(await greet(at('two'))).toMatchObject({ session: 's_two' });
    expect(await greet(at('one'))).toMatchObject({ session: 's_one' });
  });

  it('whose addresses differ in what is asked of the server leave two sessions', async () => {
    const at = (room: string): TestClient<undefined> => start({ url: `ws://one.test/ws?room=${room}` });
    await at('a').connected({ session: 's_a' });
    await at('b').connected({ session: 's_b' });
    leavePage(false);
    expect(await greet(at('a'))).toMatchObject({ session: 's_a' });
    expect(await greet(at('b'))).toMatchObject({ session: 's_b' });
  });
});
