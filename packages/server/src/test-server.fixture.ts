// A server for the tests of this package, with clients that only send and receive frames over transports that the test
// controls. Nothing waits for a clock.
import { setImmediate } from 'node:timers/promises';
import type { ChannelDefinitions } from '@wirepact/core';
import {
  encodeFrame,
  type Cursor,
  type Frame,
  type ProtocolData,
  type Transport,
  type TransportListener,
} from '@wirepact/core/internal';
import { createManualClock, type ManualClock } from '@wirepact/core/testing';
import type { SocketManagerOptions } from './options.js';
import { SocketManager } from './socket-manager.js';
import type { UpgradeRequest } from './handshake/upgrade-request.js';

/** A transport without a network. */
export class FakeTransport implements Transport {
  readonly protocol: string;
  readonly sent: string[] = [];
  bufferedBytes = 0;
  unsentBytes: number | undefined;
  /** Whether what is sent waits until {@link drain}. */
  isHolding = false;
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
    if (this.closedWith !== undefined) return;
    this.sent.push(text);
    if (this.isHolding) this.bufferedBytes += Buffer.byteLength(text);
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

  passOnUrgent(): void {}

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

/** Frames that only say where a client stands. */
const bookkeeping: ReadonlySet<string> = new Set(['$stream', '$live', '$ack']);

/** One client: frames in, frames out. It follows its streams, and leaves the rest to the test. */
export class TestClient {
  readonly transport: FakeTransport;
  /** What it was greeted with. A plain client is not. */
  readonly welcome: ProtocolData['$welcome'];
  /** Where it stands, by the name of the stream. */
  readonly cursors: Map<string, Cursor>;

  constructor(
    transport: FakeTransport,
    welcome: ProtocolData['$welcome'] = {} as never,
    cursors: ReadonlyMap<string, Cursor> = new Map(),
  ) {
    this.transport = transport;
    this.welcome = welcome;
    const { resumed, session, streams = {} } = welcome;
    this.cursors = new Map(resumed ? cursors : [['$inbox', [session, 0]], ...Object.entries(streams)]);
  }

  /** Sends a frame, or any text. */
  say(message: Frame | string): void {
    this.transport.receive(typeof message === 'string' ? message : JSON.stringify(message));
  }

  /** What it was sent since it was last asked, without what only says where it stands. */
  take(): Frame[] {
    const said = this.takeAll().filter(({ path }) => !bookkeeping.has(path));
    return said.map(({ at: _at, after: _after, ...frame }) => frame);
  }

  /** What it was sent since it was last asked. */
  takeAll(): Frame[] {
    const frames = this.transport.sent.splice(0).map((text) => JSON.parse(text) as Frame);
    for (const frame of frames) this.#follow(frame);
    return frames;
  }

  /** The data of what it was sent by one path since it was last asked; the rest is lost. */
  takeData(path: string): unknown[] {
    return this.takeAll().flatMap((frame) => (frame.path === path ? [frame.data] : []));
  }

  /** Says, and gives what came back once nothing more goes on by itself. */
  async ask(message: Frame | string): Promise<Frame[]> {
    this.say(message);
    await settle();
    return this.take();
  }

  /** Its line breaks. What it has not taken by then it never gets. */
  cut(): void {
    this.transport.end(1006);
    this.transport.sent.length = 0;
  }

  #follow({ path, data, room = '$inbox', at }: Frame): void {
    const about = data as { room: string; epoch: string; from: number; to?: Cursor };
    if (path === '$stream') this.cursors.set(about.room, [about.epoch, about.from]);
    else if (path === '$leave') this.cursors.delete(about.room);
    else if (path === '$gap' && about.to !== undefined) this.cursors.set(about.room, about.to);
    const [epoch] = this.cursors.get(room) ?? [];
    if (at !== undefined && epoch !== undefined) this.cursors.set(room, [epoch, at]);
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
    return greet(await this.connectSilent(token), {});
  }

  /** Comes back to the session that a client had, from where that stands unless told otherwise. The `$welcome` is taken. */
  async resume(
    { welcome, cursors }: TestClient,
    hello: ProtocolData['$hello'] = {},
    token?: string,
  ): Promise<TestClient> {
    const { session, token: secret } = welcome;
    const streams = Object.fromEntries(cursors);
    return greet(await this.connectSilent(token), { session, token: secret, streams, ...hello }, cursors);
  }
}

async function greet(
  { transport }: TestClient,
  hello: ProtocolData['$hello'],
  cursors?: ReadonlyMap<string, Cursor>,
): Promise<TestClient> {
  transport.receive(encodeFrame('$hello', JSON.stringify(hello)));
  // what other processes have must be asked for
  while (transport.sent.length === 0 && transport.closedWith === undefined) await settle();
  const { data } = JSON.parse(transport.sent.shift() ?? '{}') as Frame;
  return new TestClient(transport, data as ProtocolData['$welcome'], cursors);
}

export function createTestServer<TChannels extends ChannelDefinitions, TContext = undefined>(
  channels: TChannels,
  options: SocketManagerOptions<TChannels, TContext> = {},
  clock: ManualClock = createManualClock(),
): TestServer<TChannels, TContext> {
  return new TestServer(channels, options, clock);
}
