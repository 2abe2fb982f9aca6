// Fuzzes how sessions are resumed: whatever is said in `$hello`, a session goes on for whom it belongs to and for nobody else.
// A model of who may do that is kept beside the server.
import { createManualClock } from '@wirepact/core/testing';
import { createMemoryEngine } from '../../packages/server/src/cluster/memory/memory-engine.fixture.js';
import { FrameClient, type Welcome } from '../security/frame-client.js';
import { requestOf } from '../security/handshake-request.js';
import type { Chance, Target, Watch } from './fuzz.js';
import { endFuzzedServers, startFuzzedServer, type FuzzedServer } from './fuzzed-server.js';
import { mutateText } from './mutation.js';

/** What a session should be like. */
interface Known {
  readonly id: string;
  readonly user: string;
  current: string;
  /** The secret that its client came with last; good until it says something. */
  previous: string | undefined;
  client: FrameClient;
  /** What it could say of where it stands. */
  streams: unknown;
}

const users = ['ann', 'bob'];
/** Sessions side by side: each hears who comes and goes of all others. */
const maxKnown = 40;
const odd: readonly unknown[] = [
  ...[
    undefined,
    null,
    0,
    -1,
    '',
    'x',
    [],
    {},
    true,
    ['e'],
    [1, 2],
    ['e', -1],
    ['e', 1.5],
    ['e', 1e300],
    ['', 0],
  ],
  ...[
    { '*': null },
    { '*': ['e', 0], lobby: ['e', 9] },
    { $inbox: ['e', 5] },
    { 1: 0, 2: -1, x: 3, 9e15: 1 },
  ],
];

/** Numbers that a stream may have, and some that none can. */
const numbers = [1, 2, 64, 65, 1_000, 130_000, 2 ** 31, 2 ** 32, 2 ** 53 - 1, 2 ** 53, 1e300];

/** What is said to one server, which has all sessions in itself. */
export const hellos: Target = targetOf('hellos', () => [startFuzzedServer()]);

/** What is said to one of two, which have their sessions from each other. */
export const sharedHellos: Target = targetOf('hellos over a broker', () => {
  const clock = createManualClock({ startMs: 1_000_000 });
  const engine = createMemoryEngine({ clock });
  return [1, 2].map(() => startFuzzedServer({ clock, broker: engine.broker() }));
});

function targetOf(name: string, start: () => readonly FuzzedServer[]): Target {
  return { name, round: (chance, steps, watch) => playRound(start(), chance, steps, watch) };
}

async function playRound(
  servers: readonly FuzzedServer[],
  chance: Chance,
  steps: number,
  watch: Watch,
): Promise<string[]> {
  const [{ clock }] = servers as readonly [FuzzedServer];
  const known: Known[] = [];
  const wrong: string[] = [];
  for (let turn = 0; turn < 3; turn += 1) await watch.turn();
  for (let step = 0; step < steps; step += 1) {
    const what = chance.random();
    const { sockets } = chance.pick(servers);
    if (what < 0.6 || known.length === 0) wrong.push(...(await hello(sockets, known, chance, watch)));
    else if (what < 0.75) chance.pick(known).client.cut();
    else if (what < 0.85) speak(chance.pick(known), chance);
    else if (what < 0.9) sockets.sendToAll('notice', chance.below(100));
    else if (what < 0.92) end(known, chance);
    else if (what < 0.95) watch.step(() => clock.advance(chance.below(3_000)));
    else await watch.turn();
    if (known.length > maxKnown) {
      const [oldest] = known.splice(0, 1);
      for (const one of servers) one.sockets.client(oldest?.id ?? '')?.disconnect();
    }
    // what one has done, the others are to know
    if (servers.length > 1) for (let turn = 0; turn < 3; turn += 1) await watch.turn();
  }
  wrong.push(...(await endFuzzedServers(servers)));
  return wrong;
}

async function hello(
  sockets: FuzzedServer['sockets'],
  known: Known[],
  chance: Chance,
  watch: Watch,
): Promise<string[]> {
  const user = chance.pick(users);
  const admission = await sockets.admit(requestOf({ token: user }));
  if (!admission.accepted) return [`refused with ${admission.status}`];
  const client = new FrameClient(admission.protocol);
  admission.open(client.transport);
  const about = known.length > 0 && chance.often(0.9) ? chance.pick(known) : undefined;
  const token = about === undefined ? chance.pick(odd) : tokenOf(about, known, chance);
  const session = about !== undefined && chance.often(0.95) ? about.id : chance.pick(odd);
  const data = {
    session,
    token,
    streams: chance.often(0.6) ? about?.streams : chance.pick(odd),
    ...(chance.often(0.3) && { open: openOf(chance) }),
  };
  const target = known.find(({ id }) => id === session);
  const may =
    target !== undefined &&
    target.user === user &&
    (token === target.current || (target.previous !== undefined && token === target.previous));
  watch.step(() => client.say({ path: '$hello', data }));
  const welcome = await welcomeOf(client, watch);
  if (welcome === undefined) return [`no welcome came after ${JSON.stringify(data)}`];
  if (welcome.resumed !== may)
    return [`resumed is ${welcome.resumed} where ${may} is right: ${JSON.stringify(data)}`];
  if (may) return goOn(target, welcome, token, client);
  const { session: id, token: current, streams } = welcome;
  if (known.some((one) => one.id === id)) return [`a new session has the id of another: ${id}`];
  known.push({ id, user, current, previous: undefined, client, streams });
  return [];
}

/** What a client is greeted with; where other processes are asked first, after some turns of the event loop. */
async function welcomeOf(client: FrameClient, watch: Watch): Promise<Welcome | undefined> {
  for (let turn = 0; turn < 20; turn += 1) {
    const welcome = client.takeWelcome();
    if (welcome !== undefined) return welcome;
    await watch.turn();
  }
  return undefined;
}

/** What a client says to have of its streams: one, many, or nothing that makes sense. */
function openOf(chance: Chance): unknown {
  if (chance.often(0.5)) return chance.pick(odd);
  const count = chance.often(0.1) ? 2_000 : 1 + chance.below(3);
  const first = chance.pick(numbers);
  const entries = Array.from({ length: count }, (_, index) => [first + 2 * index, chance.below(3)] as const);
  return Object.fromEntries(entries);
}

function goOn(target: Known, welcome: Welcome, used: string, client: FrameClient): string[] {
  if (welcome.session !== target.id) return ['another session was resumed than was asked for'];
  if (welcome.token === target.current) return ['the secret was given a second time'];
  target.previous = used;
  target.current = welcome.token;
  target.client = client;
  return [];
}

function tokenOf(about: Known, known: readonly Known[], chance: Chance): unknown {
  const what = chance.below(6);
  if (what <= 1) return about.current;
  if (what === 2) return about.previous;
  if (what === 3) return chance.pick(known).current;
  if (what === 4) return mutateText(about.current, chance);
  return chance.pick(odd);
}

/** That it says something shows that it has the newest secret. */
function speak(session: Known, chance: Chance): void {
  if (session.client.closedWith !== undefined) return;
  session.client.say({ path: chance.pick(['note', '$ping', 'nope']), data: chance.pick(odd) });
  session.client.take();
  session.previous = undefined;
}

/** Its client leaves for good, if it is there. */
function end(known: Known[], chance: Chance): void {
  const at = chance.below(known.length);
  const { client } = known[at]!;
  if (client.closedWith !== undefined) return;
  client.transport.end(1000, '');
  known.splice(at, 1);
}
