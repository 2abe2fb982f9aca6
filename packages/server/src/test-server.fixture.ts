// A server for the tests of this package, with clients that are nothing but frames, over transports that a test holds in
// its hand: what is sent and when it is taken is the test's to say. Nothing waits for a clock.
import { setImmediate } from 'node:timers/promises';
import type { ChannelDefinitions } from '@wirepact/core';
import { encodeFrame, type Frame, type Transport, type TransportListener } from '@wirepact/core/internal';
import { createManualClock, type ManualClock } from '@wirepact/core/testing';
import type { SocketManagerOptions } from './options.js';
import { SocketManager } from './socket-manager.js';
import type { UpgradeRequest } from './upgrade-request.js';

/** A transport without a network. */
export class FakeTransport implements Transport {
  readonly protocol: string;
  readonly sent: string[] = [];
  bufferedBytes = 0;
  receivedBytes = 0;
  pings = 0;
  isReading = true;
  isPaused = false;
  closedWith: { readonly code: number; readonly reason: string } | undefined;
  #listener: TransportListener | undefined;
  #isOver = false;

  constructor(protocol = '') {
    this.protocol = protocol;
  }

  listen(listener: TransportListener): void {
    this.#listener = listener;
  }

  send(text: string): void {
    if (this.closedWith === undefined) this.sent.push(text);
  }

  ping(): void {
    this.pings += 1;
  }

  pause(): void {
    this.isPaused = true;
  }

  resume(): void {
    this.isPaused = false;
  }

  close(code: number, reason: string): void {
    this.closedWith ??= { code, reason };
    queueMicrotask(() => this.end(code, reason));
  }

  terminate(): void {
    this.close(1006, '');
  }

  /** A message arrives; without text it is binary. */
  receive(text: string | undefined): void {
    this.receivedBytes += text?.length ?? 1;
    this.#listener?.message(text);
  }

  /** The peer has taken what was held. */
  drain(bufferedBytes = 0): void {
    this.bufferedBytes = bufferedBytes;
    this.#listener?.drained();
  }

  /** The connection is over. */
  end(code: number, reason = ''): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.closedWith ??= { code, reason };
    const { code: first, reason: why } = this.closedWith;
    this.#listener?.closed(first, why);
  }
}

/** One client: frames in, frames out. */
export class TestClient {
  readonly transport: FakeTransport;

  constructor(transport: FakeTransport) {
    this.transport = transport;
  }

  /** Sends a frame, or any text. */
  say(message: Frame | string): void {
    this.transport.receive(typeof message === 'string' ? message : JSON.stringify(message));
  }

  /** What it was sent since it was last asked. */
  take(): Frame[] {
    return this.transport.sent.splice(0).map((text) => JSON.parse(text) as Frame);
  }

  /** Says, and gives what came back once nothing more goes on by itself. */
  async ask(message: Frame | string): Promise<Frame[]> {
    this.say(message);
    await settle();
    return this.take();
  }
}

/** Lets everything go on that waits for no clock and no network. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 3; turn += 1) await setImmediate();
}

export const request: UpgradeRequest = {
  headers: { host: 'here.example' },
  url: '/',
  remoteAddress: '127.0.0.1',
  encrypted: false,
};

/** A server on a clock that stands still. */
export class TestServer<TChannels extends ChannelDefinitions, TContext> {
  readonly clock: ManualClock;
  readonly sockets: SocketManager<TChannels, TContext>;
  /** What came out of `onError`. */
  readonly errors: unknown[] = [];

  constructor(channels: TChannels, options: SocketManagerOptions<TChannels, TContext>, clock: ManualClock) {
    this.clock = clock;
    this.sockets = new SocketManager(channels, {
      onError: (error) => this.errors.push(error),
      ...options,
      clock,
    });
  }

  /** Connects without a protocol. */
  async connectPlain(given: Partial<UpgradeRequest> = {}): Promise<TestClient> {
    const admission = await this.sockets.admit({ ...request, ...given });
    if (!admission.accepted) throw new Error(`refused: ${admission.status} ${admission.reason}`);
    const transport = new FakeTransport(admission.protocol);
    admission.open(transport);
    return new TestClient(transport);
  }

  /** Connects with `wirepact.v1`, offering a token if one is given; `$hello` is not said. */
  connectSilent(token?: string): Promise<TestClient> {
    const auth = token === undefined ? '' : `, wirepact.auth.${Buffer.from(token).toString('base64url')}`;
    const protocols = { 'sec-websocket-protocol': `wirepact.v1${auth}` };
    return this.connectPlain({ headers: { ...request.headers, ...protocols } });
  }

  /** Connects with `wirepact.v1` and says hello. The `$welcome` is taken. */
  async connect(token?: string): Promise<TestClient> {
    const client = await this.connectSilent(token);
    client.say(encodeFrame('$hello', '{}'));
    client.transport.sent.shift();
    return client;
  }
}

export function createTestServer<TChannels extends ChannelDefinitions, TContext = undefined>(
  channels: TChannels,
  options: SocketManagerOptions<TChannels, TContext> = {},
  clock: ManualClock = createManualClock(),
): TestServer<TChannels, TContext> {
  return new TestServer(channels, options, clock);
}
