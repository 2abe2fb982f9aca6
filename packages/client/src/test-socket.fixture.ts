// For this package's tests: a WebSocket with a test at the other end, and a client that is connected through it.
import type { ChannelDefinitions, Clock } from '@wirepact/core';
import type { Frame } from '@wirepact/core/internal';
import { createManualClock, type ManualClock } from '@wirepact/core/testing';
import type { ClientOptions, WebSocketClass, WebSocketLike } from './client-options.js';
import type { Client, ErrorOrigin } from './client.js';
import type { CloseReason } from './client-status.js';
import { createClient } from './create-client.js';

type AnyListener = (event: never) => void;

/** One end of a connection that leads to the test. */
export class TestSocket implements WebSocketLike {
  readonly url: string;
  readonly offered: readonly string[];
  /** What the network has not taken yet. */
  bufferedAmount = 0;
  readonly closedWith: (number | undefined)[] = [];
  readyState = 0;
  protocol = '';
  #sent: Frame[] = [];
  readonly #listeners = new Map<string, AnyListener[]>();

  constructor(url: string, offered: readonly string[] = []) {
    this.url = url;
    this.offered = offered;
  }

  addEventListener(type: string, listener: AnyListener): void {
    this.#listeners.set(type, [...(this.#listeners.get(type) ?? []), listener]);
  }

  send(text: string): void {
    if (this.readyState !== 1) throw new Error('the socket is not open');
    this.#sent.push(JSON.parse(text) as Frame);
  }

  close(code?: number): void {
    if (this.readyState >= 2) return;
    this.readyState = 2;
    this.closedWith.push(code);
  }

  /** What the client sent since this was last asked. */
  takeSent(): Frame[] {
    const sent = this.#sent;
    this.#sent = [];
    return sent;
  }

  /** The server takes the connection, with the first subprotocol that was offered unless told otherwise. */
  open(protocol: string = this.offered[0] ?? ''): void {
    this.protocol = protocol;
    this.readyState = 1;
    this.#emit('open', {});
  }

  welcome(data: Record<string, unknown> = {}): void {
    const limits = { maxMessageBytes: 262_144, maxInFlight: 64, maxRooms: 128 };
    this.receive('$welcome', {
      session: 's_1',
      token: 't_1',
      resumed: false,
      resumeForMs: 120_000,
      heartbeatMs: 25_000,
      limits,
      channels: {},
      ...data,
    });
  }

  receive(path: string, data?: unknown, head: Partial<Frame> = {}): void {
    this.receiveText(JSON.stringify({ path, data, ...head }));
  }

  receiveText(data: unknown): void {
    this.#emit('message', { data });
  }

  /** The connection breaks, or the server ends it. */
  drop(code = 1006, reason = ''): void {
    this.readyState = 3;
    this.#emit('error', {});
    this.#emit('close', { code, reason } satisfies CloseReason);
  }

  #emit(type: string, event: unknown): void {
    for (const listener of this.#listeners.get(type) ?? []) listener(event as never);
  }
}

/** Lets all that waits for no timer run. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 200; turn++) await Promise.resolve();
}

export interface TestClient<TSchemas extends ChannelDefinitions | undefined> {
  readonly client: [TSchemas] extends [ChannelDefinitions] ? Client<TSchemas, 'parsed'> : Client;
  readonly clock: Pick<ManualClock, keyof Clock | 'advance' | 'pending'>;
  /** Every socket that the client opened. */
  readonly sockets: readonly TestSocket[];
  readonly errors: ({ readonly code: string } & ErrorOrigin)[];
  /** Stops collecting errors. */
  unheardErrors(): void;
  /** The socket that the client opened last. */
  socket(): TestSocket;
  /** Runs what is due in `ms`, and what follows from it. */
  advance(ms: number): Promise<void>;
  /** Lets time pass in which no timer runs, as on a machine that sleeps. A negative time sets the clock back. */
  sleep(ms: number): void;
  /** Brings the client to a welcomed connection; what it sent until then is taken. */
  connected(welcome?: Record<string, unknown>): Promise<TestSocket>;
}

export function startClient<TSchemas extends ChannelDefinitions | undefined = undefined>(
  options: Partial<ClientOptions<TSchemas>> = {},
): TestClient<TSchemas> {
  const sockets: TestSocket[] = [];
  const errors: ({ readonly code: string } & ErrorOrigin)[] = [];
  const hands = createManualClock();
  let sleptMs = 0;
  const clock: TestClient<undefined>['clock'] = {
    now: () => hands.now() + sleptMs,
    random: () => hands.random(),
    after: (delayMs, callback) => hands.after(delayMs, callback),
    advance: (ms) => hands.advance(ms),
    get pending() {
      return hands.pending;
    },
  };
  const ListedSocket = function (url: string, offered: readonly string[]): TestSocket {
    const socket = new TestSocket(url, offered);
    sockets.push(socket);
    return socket;
  } as unknown as WebSocketClass;
  const client = createClient({
    url: 'ws://server.test/ws',
    clock,
    WebSocket: ListedSocket,
    ...options,
  }) as Client;
  const unheardErrors = client.onError(({ code }, origin) => errors.push({ code, ...origin }));

  const socket = (): TestSocket => {
    const last = sockets.at(-1);
    if (last === undefined) throw new Error('the client opened no socket');
    return last;
  };
  const advance = async (ms: number): Promise<void> => {
    await settle();
    clock.advance(ms);
    await settle();
  };
  return {
    client: client as never,
    clock,
    sockets,
    errors,
    unheardErrors,
    socket,
    advance,
    sleep(ms) {
      sleptMs += ms;
    },
    async connected(welcome) {
      client.connect();
      await advance(0);
      const opened = socket();
      opened.open();
      if (opened.protocol !== '') {
        opened.takeSent();
        opened.welcome(welcome);
      }
      await settle();
      return opened;
    },
  };
}
