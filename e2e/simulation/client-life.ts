// One client of the simulation: what it does, and what it tells the checker that it got.
import { createClient, type Client, type Room } from '@wirepact/client';
import { isSocketError, type Clock, type SocketError } from '@wirepact/core';
import type { DeliveryChecker, Line } from '@wirepact/core/testing';
import type { Channels } from './contract.js';
import type { Positions } from './positions.js';

export interface ClientLifeOptions {
  readonly name: string;
  readonly clock: Clock;
  readonly line: Line;
  readonly checker: DeliveryChecker;
  readonly positions: Positions;
  /** What the checker cannot know to be wrong. */
  readonly wrong: (text: string) => void;
  /** Told what goes over the wire, both ways. */
  readonly trace: ((text: string) => void) | undefined;
}

export class ClientLife {
  readonly name: string;
  readonly line: Line;
  readonly client: Client<Channels>;
  readonly #checker: DeliveryChecker;
  readonly #clock: Clock;
  readonly #wrong: (text: string) => void;
  readonly #trace: ((text: string) => void) | undefined;
  /** In which log each message was said. */
  readonly #saidIn = new Map<number, string>();
  #openings = 1;
  readonly #rooms = new Map<string, Promise<Room<Channels> | undefined>>();
  /** The rooms it asked for and was not put out of. */
  readonly wanted = new Set<string>();
  /** The rooms that it left, whether the server knows or not: a leave that got lost is said again, whoever takes it in. */
  readonly left = new Set<string>();
  /** The logs that it has been told of, and whatever comes there it must get. */
  readonly known = new Set<string>();
  /** Calls that have not ended. */
  pending = 0;
  /** The session that it knows it has. */
  sessionId: string | undefined;
  /** The newest value of `latest` that came. */
  cursor = 0;
  /** What was sent to it alone, in each of its sessions. */
  readonly #inboxes = new Set<string>();
  #answered = new Set<number>();
  #typed = 0;

  constructor({ name, clock, line, checker, positions, wrong, trace }: ClientLifeOptions) {
    this.name = name;
    this.line = line;
    this.#checker = checker;
    this.#clock = clock;
    this.#trace = trace && ((text) => trace(`${name} ${text}`));
    this.#wrong = (text) => wrong(`${name} ${text}`);
    const client = (this.client = createClient<Channels>({
      url: 'ws://memory/',
      WebSocket: this.#tapped(line.WebSocket),
      clock,
      getToken: () => name,
      autoConnect: false,
    }));
    client.onStatus((status) => {
      if (status.name !== 'connected') return;
      this.sessionId = status.sessionId;
      this.#inboxes.add(`to ${status.sessionId}`);
    });
    client.on('note', ({ to, n }) => checker.received({ client: name, log: to, message: n }));
    client.on('cursor', ({ n }) => (this.cursor = n));
    client.on('typing', ({ n }) => {
      if (n <= this.#typed) this.#wrong(`heard volatile ${n} after ${this.#typed}`);
      this.#typed = n;
    });
    client.onGap((gap) => {
      const log = gap.room ?? (gap.log === 'inbox' ? `to ${gap.from[0]}` : gap.log);
      // where the session or the server is new, nobody knows whether something is missing
      const mayBeEmpty = gap.why !== 'trimmed' && gap.why !== 'lagged';
      checker.gap({ client: name, log, ...positions.runOf(log, gap), mayBeEmpty });
    });
    client.handle('price', async ({ n }) => {
      if (this.#answered.has(n)) this.#wrong(`was asked ${n} twice`);
      this.#answered.add(n);
      await Promise.resolve();
      return { n };
    });
    client.onError((error, { path, data }) => this.#failed(error, path, data));
    client.connect();
  }

  /** What it sends, from one opening to the next: between them no order is promised. */
  get #log(): string {
    return `from ${this.name}, opening ${this.#openings}`;
  }

  say(n: number, ms: number): void {
    try {
      this.client.send('say', { n, from: this.#log, ms });
    } catch (error) {
      if (!isSocketError(error, 'outbox_full') && !isSocketError(error, 'closed')) throw error;
      return;
    }
    this.#checker.accepted({ log: this.#log, message: n, to: ['server'] });
    this.#saidIn.set(n, this.#log);
  }

  ask(n: number, ms: number): void {
    const log = this.#log;
    this.#checker.accepted({ log, message: n, to: ['server'] });
    void this.#run(this.client.request('ask', { n, from: log, ms }), (answer) => {
      if (answer === undefined) this.#checker.disowned({ log, message: n });
      else if (answer.n !== n) this.#wrong(`asked ${n} and was answered ${answer.n}`);
    });
  }

  keep(n: number, ms: number, isKept: (n: number) => boolean): void {
    void this.#run(this.client.request('keep', { n, ms }), (answer) => {
      if (answer !== undefined && answer.n !== n) this.#wrong(`asked ${n} and was answered ${answer.n}`);
      if (answer !== undefined && !isKept(n)) this.#wrong(`was answered ${n}, which nothing handled`);
    });
  }

  stream(items: number, ms: number, readMs: number): void {
    const read = async (): Promise<void> => {
      let last = 0;
      for await (const n of this.client.stream('tail', { items, ms })) {
        if (n !== last + 1) this.#wrong(`read item ${n} of a stream after ${last}`);
        last = n;
        if (readMs > 0) await new Promise<void>((resolve) => this.#clock.after(readMs, resolve));
      }
      if (last !== items) this.#wrong(`read a stream of ${items} to its end after ${last}`);
    };
    void this.#run(read(), () => {});
  }

  join(room: string): void {
    this.wanted.add(room);
    if (this.#rooms.has(room)) return;
    const joining = this.client.join(room).then(
      (handle) => {
        this.left.delete(room);
        handle.onRemoved(() => this.#forget(room, joining));
        return handle;
      },
      (error: unknown) => {
        this.#forget(room, joining);
        // what it does not wait for any more it leaves
        if (isSocketError(error, 'timeout')) this.left.add(room);
        return undefined;
      },
    );
    this.#rooms.set(room, joining);
  }

  leave(room: string): void {
    const joining = this.#rooms.get(room);
    if (joining === undefined) return;
    this.#forget(room, joining);
    this.left.add(room);
    void joining.then(async (handle) => {
      if (handle === undefined) return void this.left.delete(room);
      // what came until then may have been held back for who left
      this.#waive(room);
      this.left.add(room);
      await handle.leave();
      this.#waive(room);
    });
  }

  /** Gives its session up, and begins anew. */
  reopen(logs: readonly string[]): void {
    for (const log of [...logs, ...this.#inboxes]) this.#waive(log);
    // what is on its way when the application closes may be lost with it
    for (const n of this.#saidIn.keys()) this.#disown(n);
    this.#openings += 1;
    this.sessionId = undefined;
    this.known.clear();
    this.client.close();
    this.client.connect();
  }

  /** Listens to the wire: which rooms a client was put into by the server, it says nowhere else. */
  #tapped(WebSocket: Line['WebSocket']): Line['WebSocket'] {
    const hear = ({ data: text }: { readonly data: string }): void => {
      if (!/^{"path":"\$(welcome|stream|leave|gap)","data"/.test(text)) return;
      const { path, id, data } = JSON.parse(text) as {
        readonly path: string;
        readonly id?: number;
        readonly data: { readonly room: string; readonly resumed?: boolean; readonly to?: unknown };
      };
      if (id !== undefined) return void (path === '$leave' && this.known.delete(data.room));
      if (path === '$stream') this.known.add(data.room);
      else if (path === '$leave') {
        this.known.delete(data.room);
        // it may be put out before whoever awaits the room can listen for that
        this.#rooms.delete(data.room);
        this.wanted.delete(data.room);
      } else if (path === '$gap' && data.to === undefined) this.known.delete(data.room);
      else if (path === '$welcome' && data.resumed === false) this.known.clear();
    };
    const trace = this.#trace;
    return class {
      constructor(url: string, protocols?: string[]) {
        const socket = new WebSocket(url, protocols);
        socket.addEventListener('message', hear);
        if (trace !== undefined) {
          const send = socket.send.bind(socket);
          socket.send = (text) => (trace(`→ ${text}`), send(text));
          socket.addEventListener('open', () => trace('open'));
          socket.addEventListener('message', ({ data }: { readonly data: string }) => trace(`← ${data}`));
          socket.addEventListener('close', ({ code }: { readonly code: number }) => trace(`closed ${code}`));
        }
        return socket;
      }
    } as unknown as Line['WebSocket'];
  }

  #waive(log: string): void {
    this.#checker.gap({ client: this.name, log, mayBeEmpty: true });
  }

  #forget(room: string, joining: Promise<Room<Channels> | undefined>): void {
    if (this.#rooms.get(room) !== joining) return;
    this.#rooms.delete(room);
    this.wanted.delete(room);
  }

  async #run<TAnswer>(call: Promise<TAnswer>, ended: (answer: TAnswer | undefined) => void): Promise<void> {
    this.pending += 1;
    let answer: TAnswer | undefined;
    try {
      answer = await call;
    } catch (error) {
      if (!isSocketError(error) || error.code === 'internal' || error.code === 'bad_frame')
        this.#wrong(`was failed with ${String(error)}`);
    }
    this.pending -= 1;
    ended(answer);
  }

  #failed(error: SocketError, path: string | undefined, data: unknown): void {
    if (path === 'say' && ['unknown_outcome', 'expired', 'closed'].includes(error.code)) {
      this.#disown((data as { readonly n: number }).n);
      return;
    }
    // a room that could not be joined again, not yet, or that the server took it out of meanwhile
    const isOfRoom = path === undefined || path === '$join';
    const isExpected = isOfRoom && ['denied', 'timeout', 'cancelled'].includes(error.code);
    if (!isExpected) this.#wrong(`was told of ${String(error)}`);
  }

  #disown(n: number): void {
    this.#checker.disowned({ log: this.#saidIn.get(n) ?? this.#log, message: n });
  }
}
