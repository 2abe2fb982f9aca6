// Fuzzes what comes from the engine that joins processes: what is said on its channels and what lies in its keys, put there by
// somebody who gets at a real Redis. Nobody may fall over it, and what is honest arrives all the same.
import { startRedis, type RedisServer } from '../redis/start-redis.js';
import { comesTrue, joinServer, pass, Visitor, type JoinedServer } from './engine-servers.js';
import { makeSaid, makeTold, mutate, spoilLog, spoilSession, type Known } from './engine-texts.js';
import type { Chance, Target } from './fuzz.js';
import { endFuzzedServers } from './fuzzed-server.js';

const hmacKey = 'a key of sixteen bytes, at least';
/** So many commands go to Redis at once. */
const atOnce = 50;

const channelOf = (log: string): string => `{wirepact:l:${log}}`;

/** Says all commands, whatever Redis answers, each its number of words and then those. Gives where the lobby stands then. */
const runAll = `
local at = 1
while at <= #ARGV do
  local count = tonumber(ARGV[at])
  redis.pcall(unpack(ARGV, at + 1, at + count))
  at = at + count + 1
end
return redis.call('HMGET', KEYS[1], 'epoch', 'at')`;

/** The protocol's own frames that a client may be sent once it is greeted. */
const ownPaths = new Set<unknown>(
  ['ack', 'error', 'gap', 'leave', 'live', 'member', 'members', 'join', 'pong', 'skip', 'stream'].map(
    (name) => `$${name}`,
  ),
);
/** What nobody here sends but who makes it up. */
const forgedPaths: readonly unknown[] = ['chat', 'cursor', '__proto__', ''];

let redis: RedisServer | undefined;

async function command(...words: readonly string[]): Promise<unknown> {
  return redis?.command(...words);
}

export const engineMessages: Target = {
  name: 'engine messages',
  async start() {
    return (redis = await startRedis());
  },
  async round(chance, steps, watch) {
    const wrong: string[] = [];
    await command('FLUSHALL');
    const isSigned = chance.often(0.2);
    const options = {
      ...{ url: redis?.url ?? '', watch, ...(isSigned && { hmacKey }) },
      threw: (what: string) => wrong.push(what),
    };
    const servers = await Promise.all([joinServer(options), joinServer(options)]);
    const visitors = ['ann', 'bob', 'cyd'].map((user) => new Visitor(user, servers));
    let head: Known['head'] = { epoch: 'e', at: 0 };
    for (let step = 0; step < steps; step += atOnce) {
      for (const visitor of visitors) {
        if (visitor.isAway || chance.often(0.1)) await visitor.go(chance.pick(servers));
        visitor.say({ path: '$join', data: { room: 'lobby' }, id: step + 1 });
      }
      const known: Known = {
        head,
        processes: servers.map(({ processId }) => processId),
        sessions: visitors.map(({ welcome }) => welcome?.session ?? 'x'),
      };
      head = await run(
        Array.from({ length: Math.min(atOnce, steps - step) }, () => attack(known, chance)).flat(),
      );
      act(chance.pick(visitors), chance.pick(servers), chance);
      for (let turn = chance.below(4); turn > 0; turn -= 1) await pass(servers);
      if (chance.often(0.1))
        for (const { clock } of servers) watch.step(() => clock.advance(chance.below(20_000)));
      for (const visitor of visitors) visitor.listen();
    }
    wrong.push(...(await isWell(servers)));
    for (const path of visitors.flatMap(({ paths }) => [...paths])) {
      if (isOdd(path)) wrong.push(`${String(path)} was sent`);
      if (isSigned && forgedPaths.includes(path))
        wrong.push(`"${String(path)}" was sent, which nobody signed`);
    }
    // what is refused is reported
    wrong.push(...(await endFuzzedServers(servers, (error) => !isStumble(error))));
    return wrong;
  },
};

/** Says commands to Redis, and finds out where the lobby stands. */
async function run(commands: readonly (readonly string[])[]): Promise<Known['head']> {
  const words = commands.flatMap((one) => [String(one.length), ...one]);
  const [epoch, at] = (await command('EVAL', runAll, '1', `${channelOf('lobby')}:h`, ...words)) as (
    string | null
  )[];
  return { epoch: epoch ?? 'e', at: Number(at ?? 0) };
}

/** A message of a newer contract may be called anything else. */
function isOdd(path: unknown): boolean {
  return typeof path !== 'string' || (path.startsWith('$') && !ownPaths.has(path));
}

/** Commands of somebody who means no good, or of another program. */
function attack(known: Known, chance: Chance): readonly (readonly string[])[] {
  const { pick } = chance;
  const what = chance.random();
  // what lies in a log that is relied on can be deleted too, and nobody can do anything about that
  if (what < 0.08) return spoilLog(channelOf('spoiled'), 'spoiled', known, chance);
  if (what < 0.16) return spoilSession(`{wirepact:s:${pick(known.sessions)}}`, known, chance);
  const isTold = what < 0.5;
  const room = pick(['lobby', 'lobby', 'spoiled', '*', `$inbox:${pick(known.sessions)}`]);
  const channel = isTold ? `{wirepact:p:${pick(known.processes)}}` : channelOf(room);
  const text = isTold ? mutate(`t${makeTold(known, chance)}`, chance) : makeSaid(room, known, chance);
  return [['SPUBLISH', channel, text]];
}

/** What clients and the application do meanwhile, so that what lies there is read. Whatever of it fails, fails. */
function act(visitor: Visitor, { sockets }: JoinedServer, chance: Chance): void {
  const ignore = (): void => undefined;
  const id = chance.below(1e6) + 1;
  chance.pick([
    () => visitor.say({ path: '$join', data: { room: 'spoiled', from: ['e', 0] }, id }),
    () => visitor.say({ path: '$leave', data: { room: 'spoiled' }, id }),
    () => visitor.say({ path: 'echo', data: 1, id }),
    () => visitor.say({ path: 'hang', id }),
    () => visitor.cut(),
    () => void sockets.room('spoiled').publish('notice', 'x').catch(ignore),
    () => void sockets.user(visitor.user).publish('notice', 'x').catch(ignore),
  ])();
}

/** Whether clients that do nothing wrong hear of each other's servers, in a room, as everyone, and as themselves. */
async function isWell(servers: readonly JoinedServer[]): Promise<string[]> {
  const guests = servers.map((_, index) => new Visitor(`guest ${index}`, servers));
  for (const [index, guest] of guests.entries()) {
    if (!(await guest.go(servers[index]!))) return ['a client that did nothing wrong is not let in'];
    guest.say({ path: '$join', data: { room: 'lobby' }, id: 1 });
    // whoever is still on its way in is not sent what was sent before
    const isIn = await comesTrue(servers, () => (guest.listen(), guest.paths.has('$join')));
    if (!isIn) return ['a client that did nothing wrong is not let into a room'];
  }
  const wrong: string[] = [];
  for (const [index, { sockets }] of servers.entries()) {
    const told: readonly (readonly [string, () => Promise<unknown>])[] = [
      [`to the lobby by ${index}`, () => sockets.room('lobby').publish('notice', `to the lobby by ${index}`)],
      [`to all by ${index}`, () => sockets.publish('notice', `to all by ${index}`)],
    ];
    for (const [what, publish] of told) {
      await publish().catch((error: unknown) => wrong.push(`${what}: ${describe(error)}`));
      const isHeard = await comesTrue(servers, () => {
        for (const guest of guests) guest.listen();
        return guests.every(({ heard }) => heard.has(what));
      });
      if (!isHeard) wrong.push(`what is sent ${what} does not arrive`);
    }
  }
  return wrong;
}

/** Whether an error is one that code ran into, and none that it was written to tell. */
function isStumble(error: unknown): boolean {
  return /is not (a function|iterable|defined)|Cannot (read|set|convert|destructure|mix)|Invalid|call stack/.test(
    String(error),
  );
}

function describe(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
