// Fuzzes how sessions are resumed: whatever is said in `$hello`, a session goes on for whom it belongs to and for nobody else.
// A model of who may do that is kept beside the server.
import { FrameClient, type Welcome } from '../security/frame-client.js';
import { requestOf } from '../security/handshake-request.js';
import type { Chance, Target } from './fuzz.js';
import { endFuzzedServer, startFuzzedServer, type FuzzedServer } from './fuzzed-server.js';
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

export const hellos: Target = {
  name: 'hellos',
  async round(chance, steps, watch) {
    const server = startFuzzedServer();
    const known: Known[] = [];
    const wrong: string[] = [];
    for (let step = 0; step < steps; step += 1) {
      const what = chance.random();
      if (what < 0.6 || known.length === 0) wrong.push(...(await hello(server, known, chance, watch.step)));
      else if (what < 0.75) chance.pick(known).client.cut();
      else if (what < 0.85) speak(chance.pick(known), chance);
      else if (what < 0.9) server.sockets.sendToAll('notice', chance.below(100));
      else if (what < 0.92) end(known, chance);
      else if (what < 0.95) watch.step(() => server.clock.advance(chance.below(3_000)));
      else await new Promise((resolve) => setImmediate(resolve));
      if (known.length > maxKnown) {
        const [oldest] = known.splice(0, 1);
        server.sockets.client(oldest?.id ?? '')?.disconnect();
      }
    }
    wrong.push(...(await endFuzzedServer(server)));
    return wrong;
  },
};

async function hello(
  server: FuzzedServer,
  known: Known[],
  chance: Chance,
  step: <TResult>(what: () => TResult) => TResult,
): Promise<string[]> {
  const user = chance.pick(users);
  const admission = await server.sockets.admit(requestOf({ token: user }));
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
    ...(chance.often(0.3) && { open: chance.pick(odd) }),
  };
  const target = known.find(({ id }) => id === session);
  const may =
    target !== undefined &&
    target.user === user &&
    (token === target.current || (target.previous !== undefined && token === target.previous));
  const welcome = step(() => client.hello(data));
  if (welcome.resumed !== may)
    return [`resumed is ${welcome.resumed} where ${may} is right: ${JSON.stringify(data)}`];
  if (may) return goOn(target, welcome, token, client);
  const { session: id, token: current, streams } = welcome;
  if (known.some((one) => one.id === id)) return [`a new session has the id of another: ${id}`];
  known.push({ id, user, current, previous: undefined, client, streams });
  return [];
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
