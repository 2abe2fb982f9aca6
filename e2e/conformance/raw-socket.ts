// A WebSocket and JSON, and nothing else: what the conformance suite speaks. It knows nothing of Wirepact.
import { once } from 'node:events';
import { get, type IncomingMessage } from 'node:http';
import { setImmediate } from 'node:timers/promises';
import { onTestFinished } from 'vitest';
import { WebSocket, type ClientOptions } from 'ws';

/** One frame, as it came. */
export type RawFrame = Record<string, unknown> & { readonly path: string };

/** One end of a connection: a client's, or that of a server that a test plays. */
export class RawSocket {
  readonly webSocket: WebSocket;
  /** Resolves with how the connection ended. */
  readonly closed: Promise<{ readonly code: number; readonly reason: string }>;
  readonly #heard: RawFrame[] = [];
  #wake = (): void => undefined;

  constructor(webSocket: WebSocket) {
    this.webSocket = webSocket;
    webSocket.on('error', () => undefined);
    webSocket.on('message', (data: Buffer) => {
      this.#heard.push(JSON.parse(data.toString()) as RawFrame);
      this.#wake();
    });
    this.closed = new Promise((resolve) => {
      webSocket.on('close', (code, reason) => resolve({ code, reason: reason.toString() }));
    });
  }

  /** Sends a frame as JSON, and text or bytes as they are. */
  send(...messages: readonly (object | string | Buffer)[]): void {
    for (const message of messages) {
      const isRaw = typeof message === 'string' || Buffer.isBuffer(message);
      this.webSocket.send(isRaw ? message : JSON.stringify(message));
    }
  }

  /** The next frame. */
  async next(): Promise<RawFrame> {
    while (this.#heard.length === 0) await new Promise<void>((resolve) => (this.#wake = resolve));
    return this.#heard.shift() as RawFrame;
  }

  /** The next `count` frames. */
  async take(count: number): Promise<RawFrame[]> {
    const frames: RawFrame[] = [];
    while (frames.length < count) frames.push(await this.next());
    return frames;
  }

  /**
   * What came until now. The server answers a ping in its turn, so all has arrived that it had sent when it read the ping; a
   * second ping leaves time for what it had begun and not sent.
   */
  async heard(): Promise<RawFrame[]> {
    for (let turn = 0; turn < 2; turn += 1) {
      this.webSocket.ping();
      await once(this.webSocket, 'pong');
      await setImmediate();
    }
    return this.#heard.splice(0);
  }

  /** Sends, and gives what came back. */
  ask(...messages: readonly (object | string | Buffer)[]): Promise<RawFrame[]> {
    this.send(...messages);
    return this.heard();
  }

  async close(code = 1000): Promise<void> {
    this.webSocket.close(code);
    await this.closed;
  }
}

/** Opens a socket, which is gone when the test is over. */
export async function open(
  url: string,
  protocols: readonly string[] = [],
  options: ClientOptions = {},
): Promise<RawSocket> {
  const socket = new RawSocket(new WebSocket(url, [...protocols], options));
  onTestFinished(async () => {
    // one that stays silent would be waited for, and its session with it
    if (socket.webSocket.isPaused) socket.webSocket.terminate();
    else socket.webSocket.close(1000);
    await socket.closed;
  });
  await once(socket.webSocket, 'open');
  return socket;
}

/** A connection of `wirepact.v1` behind its `$welcome`, and what that said. */
export interface Greeted {
  readonly socket: RawSocket;
  readonly session: string;
  readonly token: string;
  readonly resumed: boolean;
  readonly streams?: Readonly<Record<string, readonly [string, number]>>;
  readonly done?: readonly (readonly [number, number])[];
}

/** Opens a socket of `wirepact.v1` and says hello; `user` is the token of the handshake. */
export async function greet(url: string, hello: object = {}, user?: string): Promise<Greeted> {
  const socket = await open(url, protocolsOf(user));
  socket.send({ path: '$hello', data: hello });
  const { data } = await socket.next();
  return { ...(data as Omit<Greeted, 'socket'>), socket };
}

/** Opens a socket of `wirepact.v1` and says hello. The `$welcome` is taken. */
export async function openV1(url: string, user?: string): Promise<RawSocket> {
  return (await greet(url, {}, user)).socket;
}

/** What a client of `wirepact.v1` offers. */
export function protocolsOf(token?: string): string[] {
  const auth = `wirepact.auth.${Buffer.from(token ?? '').toString('base64url')}`;
  return token === undefined ? ['wirepact.v1'] : ['wirepact.v1', auth];
}

/** The HTTP status by which an upgrade was refused. */
export async function refusalOf(
  url: string,
  protocols: readonly string[] = [],
  options: ClientOptions = {},
): Promise<number | undefined> {
  const socket = new RawSocket(new WebSocket(url, [...protocols], options));
  const [, response] = (await once(socket.webSocket, 'unexpected-response')) as [
    unknown,
    { statusCode?: number },
  ];
  socket.webSocket.terminate();
  return response.statusCode;
}

/** What an ordinary GET gets. */
export async function getOrdinarily(url: string): Promise<{ status: number | undefined; upgrade: unknown }> {
  const request = get(url.replace(/^ws/, 'http'), { agent: false });
  const [response] = (await once(request, 'response')) as [IncomingMessage];
  response.resume();
  return { status: response.statusCode, upgrade: response.headers.upgrade };
}
