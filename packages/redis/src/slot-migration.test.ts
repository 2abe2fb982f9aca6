// A slot that is moving to another server of a cluster, one with which this process had no contact before.
import { expect, it } from 'vitest';
import { list, startFakeRedis, type Answer } from './fake-redis.fixture.js';
import { startBroker } from './joined.fixture.js';
import { slotOf } from './key-slot.js';

it('what is for it is taken where it goes, as soon as there is a line', async () => {
  const ports = { from: 0, to: 0 };
  const ofLobby = '{wirepact:l:lobby}';
  let isAsking = false;
  const answer =
    (evaluate: Answer): Answer =>
    (words) => {
      const [what, ...channels] = words;
      if (what === 'CLUSTER') return list(list(0, 16_383, list('127.0.0.1', ports.from, 'id')));
      if (what === 'TIME') return list('1700000000', '0');
      if (what === 'SSUBSCRIBE') return channels.map((name, n) => list('ssubscribe', name, n + 1)).join('');
      if (what === 'ASKING') isAsking = true;
      return what === 'EVALSHA' ? evaluate(words) : '+OK\r\n';
    };
  const redirect = (how: string, port: number): string => `-${how} ${slotOf(ofLobby)} 127.0.0.1:${port}\r\n`;
  await using from = await startFakeRedis(
    answer((words) =>
      words.join().includes(ofLobby) ? redirect('ASK', ports.to) : list('e1', 0, 0, list(), '0'),
    ),
  );
  await using to = await startFakeRedis(
    answer(() => {
      if (!isAsking) return redirect('MOVED', ports.from);
      isAsking = false;
      return list('e1', 7);
    }),
  );
  ports.from = from.port;
  ports.to = to.port;
  const rootNodes = [{ host: '127.0.0.1', port: from.port }];
  await using one = await startBroker({ cluster: { rootNodes }, publishTimeoutMs: 1_000 });
  expect(await one.broker.append({ log: 'lobby', body: 'a', epoch: 'e1', knownAt: 0 })).toMatchObject({
    at: 7,
  });
});
