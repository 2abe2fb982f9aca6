// The WebSocket server of the chat: authentication, rooms, and a route for every channel.
import { channels, type Channels, type Person } from '@wirepact-example/chat-contract';
import { rooms } from '@wirepact-example/chat-contract/facts';
import { isSocketError, SocketError, SocketManager, type Broker } from '@wirepact/server';
import { Conversations, keptForMs } from './conversations.js';
import { Guests, type Guest } from './guests.js';
import { Pace } from './pace.js';
import { ServerLog } from './server-log.js';

export type ChatSockets = SocketManager<Channels, Guest>;

export interface ChatOptions {
  /** How long the server keeps the session of a disconnected client, in ms. */
  readonly waitsForMs: number;
  /** The name of this process, as the page shows it. */
  readonly servedBy: string;
  /**
   * The load balancers in front of the server, whose `X-Forwarded-For` header is trusted. Without it, all clients
   * behind a balancer share one IP address.
   */
  readonly trustProxy?: readonly string[];
  /** Joins this process with others, so that they act as one server. */
  readonly broker?: Broker;
}

export function createChatSockets({
  waitsForMs,
  servedBy,
  trustProxy = [],
  broker,
}: ChatOptions): ChatSockets {
  const guests = new Guests(() => Array.from(sockets.clients(), ({ context }) => context));
  const pace = new Pace();
  const log = new ServerLog();
  const startedAt = Date.now();

  const sockets: ChatSockets = new SocketManager(channels, {
    authenticate: (request) => guests.admit(request.token),
    userId: (guest) => guest.id,
    onError: (error) => console.error(error),
    trustProxy,
    session: { resumeForMs: waitsForMs },
    logs: { maxAgeMs: keptForMs },
    ...(broker && { broker }),

    rooms: {
      // asked again whenever a session resumes. Every room of the chat is public; with private ones, the routes that
      // name a room would have to check `socket.rooms` too
      authorize: (_socket, room) => rooms.some(({ id }) => id === room),
      member: (socket) => ({ ...asPerson(socket.context), away: !socket.connected }),
      // the page requests the history itself, so nothing is replayed on a join; but with this option an empty room
      // keeps its log
      history: () => false,
    },

    event: {
      onConnect(socket) {
        log.write(`${socket.context.name} is connected`);
        socket.send('connected', { message: 'Connected.', waitsForMs });
        socket.send('served', { by: servedBy });
        socket.send('you', asPerson(socket.context));
        announce((clients) => `New user connected! count: ${clients}`);
      },
      onSuspend(socket, { code }) {
        log.write(`${socket.context.name} is away (${code})`);
        sockets.sendToAll('away', { member: socket.id, away: true });
      },
      onResume(socket) {
        log.write(`${socket.context.name} is back`);
        sockets.sendToAll('away', { member: socket.id, away: false });
        socket.send('served', { by: servedBy });
        socket.send('back', { at: Date.now() });
      },
      onDisconnect(socket, { code }) {
        log.write(`${socket.context.name} is gone (${code})`);
        // the client that is leaving still counts here
        announce((clients) => `User disconnected! count: ${clients - 1}`);
      },
    },

    routes: {
      async chat(socket, draft, { fail }) {
        const { id, name } = socket.context;
        const { message, isNew } = await conversations.say({ ...draft, from: { id, name } }, () => {
          const waitMs = pace.take(id);
          if (waitMs > 0) throw fail('TOO_FAST', { waitMs });
        });
        if (isNew) {
          sockets.sendToAllExcept(socket, 'activity', { room: draft.room, at: message.at });
          const { length } = draft.text;
          log.write(
            `${name} says ${length} ${length === 1 ? 'character' : 'characters'} in the ${draft.room}`,
          );
        }
        return { id: message.id, at: message.at };
      },
      async history(_socket, { room, after }) {
        return { messages: [...(await conversations.since(room, after))] };
      },
      typing(socket, { room }) {
        sockets.room(room).except(socket).send('typing', asPerson(socket.context));
      },
      cursor(socket, { room, x, y }) {
        const { id: user, name } = socket.context;
        sockets.room(room).except(socket).send('cursor', { user, name, x, y, at: Date.now() });
      },
      reaction(socket, { room, reaction }) {
        const { id: user, name } = socket.context;
        sockets.room(room).send('reaction', { user, name, reaction, at: Date.now() });
      },

      rename(socket, { name }, { fail }) {
        const guest = socket.context;
        const suggestion = guests.freeName(name, guest.id);
        if (suggestion !== name) throw fail('NAME_TAKEN', { suggestion });
        log.write(`${guest.name} is called ${name} now`);
        guest.name = name;
        sockets.user(guest.id).send('you', asPerson(guest));
        sockets.sendToAll('renamed', asPerson(guest));
        return asPerson(guest);
      },

      clock: () => ({ now: Date.now(), upForMs: Date.now() - startedAt }),
      log: (_socket, _nothing, { signal }) => log.follow(signal),

      time(socket) {
        socket.send('output', new Date().toISOString());
      },
      test: (socket) => [{ ...socket.handshake.headers }],
    },
  });
  const conversations = new Conversations(sockets);
  const announce = (sentence: (clients: number) => string): void => {
    sockets
      .countAll()
      .then(({ clients }) => sockets.sendToAll('output', sentence(clients)))
      .catch((error: unknown) => console.error(error));
  };

  sockets.use(async (_socket, _message, next) => {
    try {
      await next();
    } catch (error) {
      // when Redis does not accept a message, tell the client that it may try again
      throw isSocketError(error, 'not_accepted') ? new SocketError('overloaded') : error;
    }
  });
  return sockets;
}

const asPerson = ({ id, name }: Guest): Person => ({ id, name });
