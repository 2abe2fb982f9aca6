// One TCP connection on which the handshake is done by hand, and what came back on it.
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { setImmediate } from 'node:timers/promises';
import { close, opcodes } from './frame.js';
import { FrameReader, type Message } from './frame-reader.js';

/** The handshake of RFC 6455 section 1.2, and its answer's proof. */
export const handshakeKey = 'dGhlIHNhbXBsZSBub25jZQ==';
export const handshakeAccept = 's3pPLMBiTxaQ9kYGzzhZRbK+xOo=';

export class RawClient {
  readonly #socket: Socket;
  #reader = new FrameReader();
  #wake = (): void => undefined;
  #sentClose = false;
  readonly answers: Message[] = [];
  /** The payload of the server's close frame. */
  closeFrame: Buffer | undefined;
  /** Whether the server has closed the TCP connection. */
  isOver = false;
  #fault: string | undefined;

  constructor(socket: Socket) {
    this.#socket = socket;
    socket.on('data', (chunk) => this.#read(chunk));
    for (const event of ['end', 'error', 'close'] as const) socket.on(event, () => this.#finish());
  }

  /** Writes a handshake, right or wrong, in these pieces. The answer's head is empty when the server only hangs up. */
  static async attempt(
    url: string,
    handshake: readonly Buffer[],
  ): Promise<{ head: string; client: RawClient }> {
    const { hostname, port } = new URL(url);
    const socket = connect({ host: hostname, port: Number(port || 80), noDelay: true });
    await once(socket, 'connect');
    for (const piece of handshake) {
      socket.write(piece);
      await setImmediate();
    }
    const { head, rest } = await readHead(socket);
    const client = new RawClient(socket);
    if (head.startsWith('HTTP/1.1 101 ') && rest.length > 0) client.#read(rest);
    return { head, client };
  }

  /** Rejects when the server does not agree. */
  static async open(url: string): Promise<RawClient> {
    return (await RawClient.openWith(url)).client;
  }

  /** The same with an offer of extensions, and what the server made of it. */
  static async openWith(
    url: string,
    offer?: string,
  ): Promise<{ readonly client: RawClient; readonly extensions: string | undefined }> {
    const { pathname, search, host } = new URL(url);
    const handshake =
      `GET ${pathname}${search} HTTP/1.1\r\nHost: ${host}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n` +
      `Sec-WebSocket-Key: ${handshakeKey}\r\nSec-WebSocket-Version: 13\r\n` +
      `${offer === undefined ? '' : `Sec-WebSocket-Extensions: ${offer}\r\n`}\r\n`;
    const { head, client } = await RawClient.attempt(url, [Buffer.from(handshake)]);
    const extensions = /^sec-websocket-extensions: (.*)$/im.exec(head)?.[1];
    if (extensions !== undefined) client.#reader = new FrameReader(true);
    if (head.startsWith('HTTP/1.1 101 ') && head.includes(handshakeAccept)) return { client, extensions };
    client.destroy();
    throw new Error(`the server answered the handshake by "${head.split('\r\n')[0]}"`);
  }

  /** What the server must never send. */
  get fault(): string | undefined {
    return this.#fault ?? this.#reader.fault;
  }

  /** Writes each in a write of its own. */
  write(pieces: readonly Buffer[]): void {
    for (const piece of pieces) if (this.#socket.writable) this.#socket.write(piece);
  }

  /** Says that what was written closes, so that no second close is sent in answer to the server's. */
  willClose(): void {
    this.#sentClose = true;
  }

  /** Resolves once it holds, or once nothing more will come. */
  async until(holds: () => boolean): Promise<void> {
    while (!holds() && !this.isOver && this.fault === undefined) {
      await new Promise<void>((resolve) => (this.#wake = resolve));
    }
  }

  /** Gives up waiting. */
  destroy(): void {
    this.#socket.destroy();
    this.#finish();
  }

  #read(chunk: Buffer): void {
    for (const message of this.#reader.read(chunk)) {
      if (this.closeFrame !== undefined) this.#fault = 'a frame after the close frame';
      else if (message.opcode === opcodes.close) this.#closed(message.payload);
      else this.answers.push(message);
    }
    this.#wake();
  }

  #closed(payload: Buffer): void {
    this.closeFrame = payload;
    if (!this.#sentClose) this.write([close(1000)]);
  }

  #finish(): void {
    this.isOver = true;
    this.#wake();
  }
}

async function readHead(socket: Socket): Promise<{ head: string; rest: Buffer }> {
  let bytes = Buffer.alloc(0);
  for (;;) {
    const end = bytes.indexOf('\r\n\r\n');
    if (end >= 0) return { head: bytes.toString('latin1', 0, end), rest: bytes.subarray(end + 4) };
    const [chunk] = (await Promise.race([once(socket, 'data'), once(socket, 'end')])) as [Buffer?];
    if (chunk === undefined) return { head: bytes.toString(), rest: Buffer.alloc(0) };
    bytes = Buffer.concat([bytes, chunk]);
  }
}
