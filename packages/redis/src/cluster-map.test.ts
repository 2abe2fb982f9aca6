// Which slots a cluster says its servers have, and how soon it is asked again. Its servers are fakes.
import { setImmediate as turn } from 'node:timers/promises';
import { steadyClock } from '@wirepact/core/internal';
import { expect, it } from 'vitest';
import { list, startFakeRedis, type Answer, type FakeRedis } from './fake-redis.fixture.js';
import { joinBroker, startBroker } from './joined.fixture.js';
import { slotOf } from './key-slot.js';

const half = 8_192;

/** Who has the lower half of the slots and who the upper one, by their ports. */
type Halves = () => readonly [lower: number, upper: number];

const node =
  (halves: Halves, note: (words: readonly string[]) => void = () => undefined): Answer =>
  (words) => {
    const [what, ...channels] = words;
    note(words);
    switch (what) {
      case 'CLUSTER':
        return list(
          ...halves().map((port, n) => list(n * half, (n + 1) * half - 1, list('127.0.0.1', port, 'id'))),
        );
      case 'TIME':
        return list('1700000000', '0');
      case 'SSUBSCRIBE':
        return channels.map((name, n) => list('ssubscribe', name, n + 1)).join('');
      default:
        return '+OK\r\n';
    }
  };

const rooted = ({ port }: FakeRedis) => ({ cluster: { rootNodes: [{ host: '127.0.0.1', port }] } });
const isLower = (channel: string): boolean => slotOf(channel) < half;
const names = Array.from({ length: 30 }, (_, n) => `name ${n}`);

it('joins once the slots of a server that is not there are at another one that was there all along', async () => {
  const nobody = 1;
  const ports = { one: 0, upper: nobody };
  await using one = await startFakeRedis(node(() => [ports.one, ports.upper]));
  ports.one = one.port;
  // what is said to it alone is in the lower half
  const processId = names.find((name) => isLower(`{wirepact:p:${name}}`))!;
  await using broker = joinBroker(rooted(one), { processId });
  await broker.ear.until(() => broker.ear.all('failed').length > 0);
  ports.upper = one.port;
  await broker.joined;
});

it('is asked every ten seconds, since a server may not say that a channel has gone to another one', async () => {
  const ports = { one: 0, other: 0, upper: 0 };
  const heard: string[] = [];
  const halves: Halves = () => [ports.one, ports.upper];
  await using one = await startFakeRedis(node(halves));
  await using other = await startFakeRedis(node(halves, (words) => void heard.push(...words)));
  Object.assign(ports, { one: one.port, other: other.port, upper: one.port });
  let aheadMs = 0;
  const clock = { ...steadyClock, now: () => steadyClock.now() + aheadMs };
  await using broker = await startBroker({ ...rooted(one), clock });
  const room = names.find((name) => !isLower(`{wirepact:l:${name}}`))!;
  await broker.broker.follow(room);
  ports.upper = other.port;
  aheadMs = 10_000;
  while (!heard.includes(`{wirepact:l:${room}}`)) await turn();
});

it('says to a root node what the connection says, whatever its URL says beside the address', async () => {
  const ports = { one: 0 };
  const heard: string[] = [];
  const note = (words: readonly string[]): void => {
    if (words.includes('AUTH')) heard.push(words.join(' '));
  };
  await using one = await startFakeRedis(node(() => [ports.one, ports.one], note));
  ports.one = one.port;
  const cluster = { rootNodes: [`rediss://url:old@127.0.0.1:${one.port}`] };
  await using broker = await startBroker({ cluster, connection: { tls: false, password: 'own' } });
  expect(broker.ear.all('failed')).toEqual([]);
  expect(heard.length).toBeGreaterThan(1);
  for (const words of heard) expect(words).toContain('AUTH url own');
});

it('asks no other root nodes once it is closed', async () => {
  const asked: string[] = [];
  const unknowing = (name: string, then: () => void) =>
    startFakeRedis(([what]) => {
      if (what !== 'CLUSTER') return '+OK\r\n';
      asked.push(name);
      then();
      return '-ERR no\r\n';
    });
  let closing: Promise<void> | undefined;
  await using one = await unknowing('one', () => void (closing ??= broker.broker.close()));
  await using other = await unknowing('other', () => undefined);
  const rootNodes = [one, other].map(({ port }) => ({ host: '127.0.0.1', port }));
  await using broker = joinBroker({ cluster: { rootNodes } });
  await expect(broker.joined).rejects.toMatchObject({ code: 'not_accepted' });
  await closing;
  for (let turns = 0; turns < 20; turns += 1) await turn();
  expect(asked).toEqual(['one']);
});
