// The routes of the reference server at `/ws`, `/known` and `/bounded`: they do what their channels' names say.
import { ChannelError, SocketError, type Clock } from '@wirepact/core';
import { SocketManager } from '@wirepact/server';
import { channels, type Channels } from './reference-channels.js';

/** What differs between the endpoints. */
export interface MainOptions {
  readonly clock: Clock | undefined;
  /** Members of a room know of each other. */
  readonly knowsMembers?: boolean;
  /** What was said in a room before may be read, 600 bytes of it; two answers are kept. */
  readonly isBounded?: boolean;
}

/** Rooms that begin with "open" may be joined, until they are locked. */
export function createMain({ clock, knowsMembers, isBounded }: MainOptions) {
  const locked = new Set<string>();
  const held = new Map<string, () => void>();
  const counts = new Map<string, number>();
  const sockets: SocketManager<Channels> = new SocketManager(channels, {
    ...(clock && { clock }),
    ...(isBounded && { logs: { maxBytes: 600 }, session: { answers: 2 } }),
    rooms: {
      authorize: async (_socket, name) => name.startsWith('open') && !locked.has(name),
      ...(knowsMembers && { member: (socket) => ({ name: socket.id.slice(0, 2) }) }),
      ...(isBounded && { history: () => true }),
    },
    routes: {
      time: () => 'noon',
      chat(socket, { text: said }, { fail }) {
        if (said === 'shout') throw fail('MUTED', { until: 'later' });
        socket.broadcast('chat', { text: said });
        return { id: 'm1' };
      },
      note: () => undefined,
      nothing: () => undefined,
      maybe: () => undefined,
      profile: () => ({ name: 'Ann', password: 'secret' }),
      misfit: () => 5 as unknown as string,
      throws(_socket, what) {
        if (what === 'undeclared') throw new ChannelError('NOPE', { secret: 1 });
        if (what === 'forbidden') throw new SocketError('forbidden', 'members only');
        throw new Error('the password is 1234');
      },
      wait: (socket, _data, { signal }) =>
        new Promise((_, reject) => {
          signal.addEventListener('abort', () => {
            socket.send('output', 'wait was called off');
            reject(signal.reason as Error);
          });
        }),
      hold: (_socket, key) => new Promise((resolve) => held.set(key, () => resolve('released'))),
      release: (_socket, key) => held.get(key)?.(),
      add: (_socket, key) => void counts.set(key, (counts.get(key) ?? 0) + 1),
      count: (_socket, key) => counts.get(key) ?? 0,
      async *tail(socket, { count, size }) {
        try {
          for (let n = 1; n <= count; n += 1) yield String(n).padStart(size, '.');
        } finally {
          socket.send('output', 'tail is finished');
        }
      },
      enter: (socket, { room: name }) => socket.join(name),
      exit: (socket, { room: name }) => socket.leave(name),
      expel: (_socket, { room: name, session }) => sockets.client(session)?.leave(name),
      announce: (_socket, { room: name, text: said }) => sockets.room(name).send('output', said),
      others: (socket, { room: name, text: said }) => sockets.room(name).except(socket).send('output', said),
      everyone: (_socket, said) => sockets.sendToAll('output', said),
      tell: (socket, said) => socket.send('output', said),
      whisper: (_socket, { session, text: said }) => sockets.client(session)?.send('output', said),
      flood(socket, { room: name, count, size }) {
        const to = name === undefined ? socket : sockets.room(name);
        for (let n = 1; n <= count; n += 1) to.send('output', String(n).padStart(size, '.'));
      },
      lock: (_socket, { room: name }) => void locked.add(name),
      move: (_socket, { room: name, ...cursor }) => sockets.room(name).send('cursor', cursor),
      blink: (_socket, { room: name, text: said }) => sockets.room(name).send('hint', said),
      async shop(socket, of) {
        try {
          return `it costs ${await socket.request('price', { of })}`;
        } catch (error) {
          return `refused: ${(error as SocketError).code}`;
        }
      },
      close: (socket, { code, reason }) => socket.disconnect(reason, code),
      typing: () => undefined,
      save: () => undefined,
    },
  });
  return sockets;
}
