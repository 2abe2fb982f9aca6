// Fuzzes what reads messages: grammar and bytes, on connections of both layers, which come and go meanwhile.
import { FrameClient } from '../security/frame-client.js';
import { requestOf } from '../security/handshake-request.js';
import type { Chance, Target } from './fuzz.js';
import { endFuzzedServers, startFuzzedServer, type FuzzedServer } from './fuzzed-server.js';
import { messageSeeds } from './message-seeds.js';
import { mutateText } from './mutation.js';

async function connect({ sockets }: FuzzedServer, chance: Chance): Promise<FrameClient> {
  const isPlain = chance.often(0.5);
  const asking = { isPlain, ...(chance.often(0.5) && { token: chance.pick(['ann', 'bob']) }) };
  const admission = await sockets.admit(requestOf(asking));
  if (!admission.accepted) throw new Error(`refused with ${admission.status}`);
  const client = new FrameClient(admission.protocol);
  admission.open(client.transport);
  if (!isPlain && chance.often(0.9)) client.hello();
  return client;
}

export const messages: Target = {
  name: 'messages',
  async round(chance, steps, watch) {
    const server = startFuzzedServer();
    const clients = await Promise.all([0, 1, 2].map(() => connect(server, chance)));
    const wrong: string[] = [];
    for (let step = 0; step < steps; step += 1) {
      const at = chance.below(clients.length);
      const client = clients[at]!;
      if (client.closedWith !== undefined || chance.often(0.005)) {
        client.cut();
        clients[at] = await connect(server, chance);
        continue;
      }
      const seed = chance.pick(messageSeeds);
      const message = chance.often(0.7) ? mutateText(seed, chance) : seed;
      watch.step(() => client.say(chance.often(0.01) ? undefined : message));
      if (chance.often(0.05)) await new Promise((resolve) => setImmediate(resolve));
      if (chance.often(0.01)) watch.step(() => server.clock.advance(chance.below(8_000)));
      for (const one of clients) one.transport.sent.length = 0;
    }
    wrong.push(...(await isWell(server, chance)), ...(await endFuzzedServers([server])));
    return wrong;
  },
};

/** Whether a client that says something right is answered. */
async function isWell(server: FuzzedServer, chance: Chance): Promise<string[]> {
  const client = await connect(server, { ...chance, often: () => true });
  client.take();
  client.say({ path: 'echo', data: 'well?', id: 'well' });
  const answer = client.take().find(({ id }) => id === 'well');
  return answer?.data === 'well?' ? [] : ['a client that did nothing wrong is not answered'];
}
