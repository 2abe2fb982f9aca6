// The endpoint of the chat: who is let in, what is answered on each channel, and who hears of it.
import { channels, type Channels, type Person } from '@wirepact-example/chat-contract';
import { rooms } from '@wirepact-example/chat-contract/facts';
import { SocketManager } from '@wirepact/server';
import { Guests, type Guest } from './guests.js';
import { MessageStore } from './message-store.js';
import { Pace } from './pace.js';
import { ServerLog } from './server-log.js';

export type ChatSockets = SocketManager<Channels, Guest>;

/** `waitsForMs`: so long the server keeps a place for a window whose line is away. */
export function createChatSockets(waitsForMs: number): ChatSockets {
  const guests = new Guests();
  const store = new MessageStore();
  const pace = new Pace();
  const log = new ServerLog();

  const sockets: ChatSockets = new SocketManager(channels, {
    authenticate: (request) => guests.admit(request.token),
    userId: (guest) => guest.id,
    onError: (error) => console.error(error),
    session: { resumeForMs: waitsForMs },

    rooms: {
      authorize: (socket, room) => {
        log.write(`${socket.context.name} enters the ${room}`);
        return rooms.some(({ id }) => id === room);
      },
      member: (socket) => ({ ...asPerson(socket.context), away: !socket.connected }),
    },

    event: {
      onConnect(socket) {
        guests.enter(socket.context);
        log.write(`${socket.context.name} is connected`);
        socket.send('connected', { message: 'Connected.', waitsForMs });
        socket.send('you', asPerson(socket.context));
        sockets.sendToAll('output', `New user connected! count: ${sockets.countClients}`);
      },
      onSuspend(socket, { code }) {
        log.write(`${socket.context.name} is away (${code})`);
        sockets.sendToAll('away', { member: socket.id, away: true });
      },
      onResume(socket) {
        log.write(`${socket.context.name} is back`);
        sockets.sendToAll('away', { member: socket.id, away: false });
        socket.send('back', { at: Date.now() });
      },
      onDisconnect(socket, { code }) {
        guests.leave(socket.context);
        log.write(`${socket.context.name} is gone (${code})`);
        sockets.sendToAll('output', `User disconnected! count: ${sockets.countClients - 1}`);
      },
    },

    routes: {
      chat(socket, draft, { fail }) {
        const { id, name } = socket.context;
        const waitMs = pace.take(id);
        if (waitMs > 0) throw fail('TOO_FAST', { waitMs });
        const { message, isNew } = store.add({ ...draft, from: { id, name } });
        if (isNew) {
          sockets.room(draft.room).send('chat', message);
          sockets.sendToAllExcept(socket, 'activity', { room: draft.room });
          log.write(`${name} says ${draft.text.length} characters in the ${draft.room}`);
        }
        return { id: message.id, at: message.at };
      },
      history: (_socket, { room, after }) => ({ messages: [...store.since(room, after)] }),
      typing(socket, { room }) {
        sockets.room(room).except(socket).send('typing', asPerson(socket.context));
      },
      cursor(socket, { room, x, y }) {
        const { id: user, name } = socket.context;
        sockets.room(room).except(socket).send('cursor', { user, name, x, y });
      },
      reaction(socket, { room, reaction }) {
        const { id: user, name } = socket.context;
        sockets.room(room).send('reaction', { user, name, reaction });
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

      clock: () => ({ now: Date.now(), upForMs: Date.now() - store.startedAt }),
      log: (_socket, _nothing, { signal }) => log.follow(signal),

      time(socket) {
        socket.send('output', new Date().toISOString());
      },
      test: (socket) => [{ ...socket.handshake.headers }],
    },
  });
  return sockets;
}

const asPerson = ({ id, name }: Guest): Person => ({ id, name });
