// What the server sends: each message is told to the checker with those it was accepted for, as the server's own lists say.
import type { DeliveryChecker } from '@wirepact/core/testing';
import type { ClientLife } from './client-life.js';
import type { Positions } from './positions.js';
import { rooms } from './schedule.js';
import type { AnySocket, ServerLife } from './server-life.js';

export interface SenderOptions {
  readonly checker: DeliveryChecker;
  readonly positions: Positions;
  readonly clients: readonly ClientLife[];
  /** The server that is there now. */
  readonly server: () => ServerLife;
  readonly wrong: (text: string) => void;
}

const padding = 'x'.repeat(1_000);

export class Sender {
  readonly #options: SenderOptions;
  #n = 0;
  #questions = 0;
  /** Positions in the inboxes, by session. */
  readonly #inInbox = new Map<string, number>();
  #everyone = { life: '', at: 0 };
  /** The newest value of `latest`, and the sessions that it was sent to. */
  latest = { n: 0, to: new Set<string>() };

  constructor(options: SenderOptions) {
    this.#options = options;
  }

  /** A number that no other message has. */
  next(): number {
    return ++this.#n;
  }

  toRoom(name: string, size = 0, except?: number): void {
    const { clients, server, positions } = this.#options;
    const room = server().sockets.room(name);
    const excepted = except === undefined ? undefined : this.socketOf(clients[except]);
    const members = room.members().filter(({ id }) => id !== excepted?.id);
    const n = this.next();
    const target = excepted === undefined ? room : room.except(excepted);
    target.send('note', { to: name, n, ...padded(size) });
    this.#accept(name, n, members);
    void room.history({ limit: 1 }).then(([newest]) => {
      if ((newest?.data as { readonly n: number } | undefined)?.n !== n) return;
      const [epoch, at] = newest?.position ?? ['', 0];
      positions.add(name, { epoch, at, message: n });
    });
  }

  toAll(size = 0, except?: number): void {
    const { clients, server, positions } = this.#options;
    const { sockets, name: life } = server();
    const excepted = except === undefined ? undefined : this.socketOf(clients[except]);
    const n = this.next();
    const data = { to: 'everyone', n, ...padded(size) };
    if (excepted === undefined) sockets.sendToAll('note', data);
    else sockets.sendToAllExcept(excepted, 'note', data);
    const to = [...sockets.clients()].filter(({ id }) => id !== excepted?.id);
    this.#accept('everyone', n, to);
    this.#everyone = { life, at: this.#everyone.life === life ? this.#everyone.at + 1 : 1 };
    positions.add('everyone', { epoch: life, at: this.#everyone.at, message: n });
  }

  toClient(client: ClientLife, size = 0): void {
    const socket = this.socketOf(client);
    if (socket === undefined) return;
    const n = this.next();
    const log = `to ${socket.id}`;
    socket.send('note', { to: log, n, ...padded(size) });
    this.#accept(log, n, [socket]);
    const at = (this.#inInbox.get(socket.id) ?? 0) + 1;
    this.#inInbox.set(socket.id, at);
    this.#options.positions.add(log, { epoch: socket.id, at, message: n });
  }

  sendLatest(): void {
    const { sockets } = this.#options.server();
    const n = this.next();
    sockets.sendToAll('cursor', { n });
    this.latest = { n, to: new Set(Array.from(sockets.clients(), ({ id }) => id)) };
  }

  sendVolatile(): void {
    this.#options.server().sockets.sendToAll('typing', { n: this.next() });
  }

  async ask(client: ClientLife): Promise<void> {
    const n = ++this.#questions;
    try {
      const answer = await this.socketOf(client)?.request('price', { n });
      if (answer !== undefined && answer.n !== n)
        this.#options.wrong(`question ${n} was answered ${answer.n}`);
    } catch {
      // it timed out, or its client is gone
    }
  }

  /** The session that a client knows of, or else its newest. */
  socketOf(client: ClientLife | undefined): AnySocket | undefined {
    const { sockets } = this.#options.server();
    const all = [...sockets.clients()].filter(({ context }) => context.name === client?.name);
    return all.find(({ id }) => id === client?.sessionId) ?? all.at(-1);
  }

  /** Who knows of its session must get it, or be told; a session that its client has not heard of yet may. */
  #accept(log: string, message: number, sockets: readonly AnySocket[]): void {
    const to: string[] = [];
    const mayReach: string[] = [];
    const isRoom = rooms.some((room) => room === log);
    for (const { id, context } of sockets) {
      const client = this.#options.clients.find(({ name }) => name === context.name);
      if (client === undefined) continue;
      const isIn = !isRoom || (client.known.has(log) && !client.left.has(log));
      (isIn && client.sessionId === id ? to : mayReach).push(client.name);
    }
    this.#options.checker.accepted({ log, message, to, mayReach });
  }
}

function padded(size: number): { readonly padding?: string } {
  return size > 0 ? { padding: padding.slice(0, size) } : {};
}
