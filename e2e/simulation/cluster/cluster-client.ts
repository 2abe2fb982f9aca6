// One client of the simulation of several nodes: what it does, and what it tells of what it got.
import { createClient, type Client, type Gap, type Room } from '@wirepact/client';
import { isSocketError, type Clock } from '@wirepact/core';
import type { Line } from '@wirepact/core/testing';
import type { Channels } from '../contract.js';
import { rooms } from './cluster-schedule.js';

/** The client is here by another connection. */
const takenOver = 4409;

export interface ClusterClientOptions {
  readonly name: string;
  readonly clock: Clock;
  readonly line: Line;
  readonly received: (log: string, n: number) => void;
  readonly told: (log: string, gap: Gap) => void;
  readonly waive: (log: string) => void;
  readonly wrong: (text: string) => void;
  readonly trace: ((text: string) => void) | undefined;
}

export class ClusterClient {
  readonly name: string;
  readonly line: Line;
  readonly client: Client<Channels>;
  readonly #options: ClusterClientOptions;
  readonly #rooms = new Map<string, Promise<Room<Channels> | undefined>>();
  /** The rooms it asked for and has not left. */
  readonly wanted = new Set<string>();
  /** The logs that it has been told of, and whatever comes there it must get. */
  readonly known = new Set<string>();
  readonly #left = new Set<string>();
  /** What it said and was not told that it may be lost. */
  readonly said = new Set<number>();
  /** What the engine calls the log of its direct messages, by that log's epochs. */
  readonly #inboxes = new Map<string, string>();
  /** Calls that have not ended. */
  pending = 0;
  sessionId: string | undefined;
  #welcomed = '';

  constructor(options: ClusterClientOptions) {
    const { name, clock, line, received, told, trace } = options;
    this.name = name;
    this.line = line;
    this.#options = options;
    this.client = createClient<Channels>({
      url: 'ws://memory/',
      WebSocket: tapped(
        line.WebSocket,
        (text) => this.#hear(text),
        trace && ((text) => trace(`${name} ${text}`)),
      ),
      clock,
      getToken: () => name,
      autoConnect: false,
    });
    this.client.onStatus((status) => {
      if (status.name === 'closed' && status.reason?.code === takenOver) return this.#comeBack();
      if (status.name !== 'connected') return;
      this.sessionId = status.sessionId;
      this.known.add('*').add(`$inbox:${status.sessionId}`);
    });
    this.client.on('note', ({ to, n }) => received(to === 'user' ? `$inbox:${this.sessionId}` : to, n));
    this.client.onGap((gap) => {
      const [epoch] = gap.from;
      const inbox = this.#inboxes.get(epoch) ?? `$inbox:${epoch}`;
      told(gap.room ?? (gap.log === 'inbox' ? inbox : '*'), gap);
    });
    this.client.onError((error, { path, data }) => {
      if (path === 'say') return void this.said.delete((data as { readonly n: number }).n);
      const isOfRoom = path === undefined || path === '$join';
      if (!(isOfRoom && ['denied', 'timeout', 'cancelled', 'unknown_outcome'].includes(error.code)))
        options.wrong(`${name} was told of ${String(error)}`);
    });
    this.client.connect();
  }

  isIn(log: string): boolean {
    return this.known.has(log) && !this.#left.has(log);
  }

  say(n: number, ms: number): void {
    try {
      this.client.send('say', { n, from: this.name, ms });
      this.said.add(n);
    } catch (error) {
      if (!isSocketError(error, 'outbox_full') && !isSocketError(error, 'closed')) throw error;
    }
  }

  async ask(n: number, ms: number): Promise<void> {
    this.pending += 1;
    try {
      const answer = await this.client.request('ask', { n, from: this.name, ms });
      if (answer.n !== n) this.#options.wrong(`${this.name} asked ${n} and was answered ${answer.n}`);
    } catch (error) {
      if (!isSocketError(error) || error.code === 'internal')
        this.#options.wrong(`${this.name} was failed with ${String(error)}`);
    }
    this.pending -= 1;
  }

  join(room: string): void {
    this.wanted.add(room);
    if (this.#rooms.has(room)) return;
    const joining = this.client.join(room).then(
      (handle) => {
        this.#left.delete(room);
        handle.onRemoved(() => this.#forget(room, joining));
        return handle;
      },
      () => void this.#forget(room, joining),
    );
    this.#rooms.set(room, joining);
  }

  leave(room: string): void {
    const joining = this.#rooms.get(room);
    if (joining === undefined) return;
    this.#forget(room, joining);
    this.#left.add(room);
    void joining.then(async (handle) => {
      if (handle === undefined) return void this.#left.delete(room);
      this.#options.waive(room);
      this.#left.add(room);
      await handle.leave().catch(() => undefined);
      this.#options.waive(room);
    });
  }

  /** A connection that it had given up claimed its session after the one that it has: to the server it was the newer one. */
  #comeBack(): void {
    for (const log of ['*', ...rooms, ...this.#inboxes.values()]) this.#options.waive(log);
    this.known.clear();
    this.said.clear();
    this.#options.clock.after(1, () => this.client.connect());
  }

  #forget(room: string, joining: Promise<Room<Channels> | undefined>): void {
    if (this.#rooms.get(room) !== joining) return;
    this.#rooms.delete(room);
    this.wanted.delete(room);
  }

  /** What it is told of where it stands, it says nowhere else. */
  #hear(text: string): void {
    if (!/^{"path":"\$(welcome|stream|leave|gap)","data"/.test(text)) return;
    const { path, id, data } = JSON.parse(text) as {
      readonly path: string;
      readonly id?: number;
      readonly data: {
        readonly room: string;
        readonly epoch: string;
        readonly session: string;
        readonly resumed?: boolean;
        readonly to?: unknown;
      };
    };
    if (path === '$welcome') this.#welcomed = data.session;
    if (path === '$stream' && data.room === '$inbox')
      this.#inboxes.set(data.epoch, `$inbox:${this.#welcomed}`);
    if (path === '$welcome' && data.resumed === false) this.known.clear();
    else if (path === '$stream' && id === undefined && data.room !== '$inbox') this.known.add(data.room);
    else if (path === '$leave' || (path === '$gap' && data.to === undefined)) this.known.delete(data.room);
    if (path === '$leave' && id === undefined) this.wanted.delete(data.room);
  }
}

/** Listens to the wire. */
function tapped(
  WebSocket: Line['WebSocket'],
  hear: (text: string) => void,
  trace: ((text: string) => void) | undefined,
): Line['WebSocket'] {
  return class {
    constructor(url: string, protocols?: string[]) {
      const socket = new WebSocket(url, protocols);
      socket.addEventListener('message', ({ data }: { readonly data: string }) => hear(data));
      if (trace === undefined) return socket;
      const send = socket.send.bind(socket);
      socket.send = (text) => (trace(`→ ${text}`), send(text));
      socket.addEventListener('open', () => trace('open'));
      socket.addEventListener('message', ({ data }: { readonly data: string }) => trace(`← ${data}`));
      socket.addEventListener('close', ({ code }: { readonly code: number }) => trace(`closed ${code}`));
      return socket;
    }
  } as unknown as Line['WebSocket'];
}
