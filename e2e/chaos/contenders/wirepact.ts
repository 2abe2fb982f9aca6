// Wirepact as its users have it. Every second message of a client is an event, the others are requests.
import { createClient, type Client } from '@wirepact/client';
import { redisBroker } from '@wirepact/redis';
import { SocketManager } from '@wirepact/server';
import { channels, lobby, type Channels } from '../channels.js';
import type { Application, ChaosClient, ClientEvents, Contender, Served } from '../contender.js';
import { listen } from '../listen.js';

/** How a server takes its leave, where a row says nothing else. */
const leave = { graceMs: 1_000, spreadMs: 500 };
/** So many users are sent to by name at a time. */
const sentAtOnce = 50;
/** All clients have the same address here, and none of what that is bounded by is to be seen. */
const ofOneAddress = { socketsPerIp: 10_000, upgradesPerSecondPerIp: 10_000, upgradeBurstPerIp: 10_000 };

export const wirepact: Contender = {
  name: 'Wirepact',
  package: '@wirepact/server',
  settings: `\`reconnect: { maxDelayMs: 250 }\`; \`requestTimeoutMs: 60000\`; \`limits: { messagesPerSecond: 1000 }\`, and in effect no limit on connections from one address; \`drain({ graceMs: ${leave.graceMs}, spreadMs: ${leave.spreadMs} })\`, but \`drain()\` with its defaults in C4-nodes`,
  takeoverCode: 4409,
  serve,
  connect,
};

async function serve({ handle, fail, suspended, cluster, address }: Application): Promise<Served> {
  const { server, port } = await listen(address);
  const sockets = new SocketManager(channels, {
    authenticate: ({ token }) => ({ key: token ?? 'plain' }),
    userId: ({ key }) => key,
    rooms: { authorize: () => true },
    // 100 a second is what clients send here, without what they say of themselves
    limits: { messagesPerSecond: 1_000, ...ofOneAddress },
    onError: fail,
    ...(cluster && { broker: redisBroker({ url: cluster.redisUrl }) }),
    event: {
      // plain clients cannot join by themselves
      onConnect: (socket) => void (socket.context.key === 'plain' && socket.join(lobby)),
      onSuspend: (socket) => suspended(socket.context.key),
    },
    routes: {
      note: (socket, { n }) => handle(socket.context.key, n),
      ask: (socket, { n }) => (handle(socket.context.key, n), { n }),
      save: (socket, { n }) => (handle(socket.context.key, n), { n }),
    },
  });
  sockets.attach(server, { path: '/' });
  return {
    port,
    async publish(message) {
      if (message.stream === 'everyone') await sockets.publish('message', message);
      else if (message.stream === 'room') await sockets.room(lobby).publish('message', message);
      else if (cluster === undefined) for (const socket of sockets.clients()) socket.send('message', message);
      else {
        for (let from = 0; from < cluster.users.length; from += sentAtOnce) {
          const users = cluster.users.slice(from, from + sentAtOnce);
          await Promise.all(users.map((user) => sockets.user(user).publish('message', message)));
        }
      }
    },
    drain: () => sockets.drain(cluster?.spreadMs === undefined ? leave : { spreadMs: cluster.spreadMs }),
  };
}

async function connect(url: string, key: string, events: ClientEvents): Promise<ChaosClient> {
  const client: Client<Channels> = createClient<Channels>({
    url,
    getToken: () => key,
    reconnect: { maxDelayMs: 250 },
    // a line may be away for longer than anybody would wait for an answer
    requestTimeoutMs: 60_000,
  });
  client.on('message', (message) => events.received(message));
  client.onError((_error, { path, data }) => {
    if (path === 'note') events.doubted((data as { n: number }).n);
  });
  let connections = 0;
  client.onStatus((status) => {
    if (status.name !== 'connected') return events.parted();
    if (connections++ > 0) events.returned(status.resumed);
  });
  client.onGap(({ log, why }) => {
    events.missed(log === 'inbox' ? 'direct' : log, why === 'epoch' || why === 'lost');
  });
  await client.join(lobby);
  return {
    send(n) {
      try {
        if (n % 2 === 1) {
          client.send('note', { n });
          return { isAwaited: false, mayRunAgain: false };
        }
        const answer = n % 4 === 0 ? client.request('save', { n }) : client.request('ask', { n });
        answer.then(
          () => events.answered(n),
          () => events.doubted(n),
        );
        return { isAwaited: true, mayRunAgain: n % 4 === 0 };
      } catch {
        return undefined;
      }
    },
    close: () => client.close(),
  };
}
