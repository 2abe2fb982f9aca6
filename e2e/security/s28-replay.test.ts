// S28: a message has a number in its session, numbers only rise, and one that was captured and sent again does nothing.
import { expect, test } from 'vitest';
import { settle, startServer } from './guarded-server.js';

test('a frame that was captured is handled once, on the line it was sent on and on the next', async () => {
  const { connect, handled } = startServer();
  const client = await connect();
  const { session, token } = client.hello();
  const captured = { path: 'note', data: 'transfer', seq: 1 };
  client.say(captured);
  client.say(captured);
  client.cut();
  const back = await connect();
  expect(back.hello({ session, token }).resumed).toBe(true);
  back.say(captured);
  back.say({ ...captured, data: 'another text, and the same number' });
  await settle();
  expect(handled).toEqual(['transfer']);
});

test('a number below one that was seen is never handled, so that an old frame cannot come late', async () => {
  const { greet, handled } = startServer();
  const client = await greet();
  for (const seq of [5, 4, 1, 5, 6]) client.say({ path: 'note', data: seq, seq });
  expect(handled).toEqual([5, 6]);
});

test('a request that comes again gets the answer that it got, and runs nothing', async () => {
  let runs = 0;
  const { greet } = startServer({ routes: { echo: () => (runs += 1) } });
  const client = await greet();
  client.say({ path: 'echo', id: 1 });
  client.say({ path: 'echo', id: 1 });
  expect(client.take()).toMatchObject([
    { id: 1, data: 1 },
    { id: 1, data: 1 },
  ]);
  expect(runs).toBe(1);
});

test('in another session it says nothing of this one: a number is worth nothing without its session', async () => {
  const { connect, handled } = startServer({ authenticate: ({ token }) => token });
  const client = await connect();
  const { session } = client.hello();
  client.say({ path: 'note', data: 'mine', seq: 7 });
  const other = await connect();
  // the session’s id alone opens nothing
  expect(other.hello({ session })).toMatchObject({ resumed: false });
  other.say({ path: 'note', data: 'hers', seq: 1 });
  expect(handled).toEqual(['mine', 'hers']);
});
