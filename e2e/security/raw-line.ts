// Bytes into a server and out of it without a network: what is one chunk here is one chunk there, and nothing takes time.
import type { IncomingMessage } from 'node:http';
import { Duplex } from 'node:stream';
import { setImmediate } from 'node:timers/promises';
import type { SocketManager } from '@wirepact/server';
import { close, opcodes } from '../conformance/rfc6455/frame.js';
import { FrameReader, type Message } from '../conformance/rfc6455/frame-reader.js';

/** The handshake of RFC 6455 section 1.2. */
const key = 'dGhlIHNhbXBsZSBub25jZQ==';

/** One connection. */
export class RawLine {
  /** The server's end. */
  readonly #end: Duplex;
  readonly #reader = new FrameReader(true);
  #isOpen = false;
  /** What the server answered to the handshake. */
  head = '';
  readonly answers: Message[] = [];
  /** The payload of the server's close frame. */
  closeFrame: Buffer | undefined;
  isOver = false;
  /** Whether it leaves a close without an answer. */
  isSilent = false;

  constructor() {
    this.#end = new Duplex({
      allowHalfOpen: false,
      read: () => undefined,
      write: (bytes: Buffer, _encoding, done) => {
        this.#read(bytes);
        done();
      },
    });
    this.#end.on('close', () => (this.isOver = true));
    this.#end.on('error', () => undefined);
  }

  /** Rejects when the server does not agree. */
  static async open(
    sockets: Pick<SocketManager, 'handleUpgrade'>,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<RawLine> {
    const line = new RawLine();
    const request = {
      method: 'GET',
      url: '/ws',
      httpVersion: '1.1',
      rawHeaders: [],
      socket: { remoteAddress: '127.0.0.1' },
      headers: {
        ...{ host: 'app.example', upgrade: 'websocket', connection: 'Upgrade' },
        ...{ 'sec-websocket-key': key, 'sec-websocket-version': '13', ...headers },
      },
    };
    sockets.handleUpgrade(request as unknown as IncomingMessage, line.#end, Buffer.alloc(0));
    await line.settle();
    if (!line.#isOpen) throw new Error(`the server answered "${line.head.split('\r\n')[0]}"`);
    return line;
  }

  /** The code that the server closed with; 1005 without one, 1006 when it only hung up, `undefined` while it is open. */
  get code(): number | undefined {
    if (this.closeFrame === undefined) return this.isOver ? 1006 : undefined;
    return this.closeFrame.length === 0 ? 1005 : this.closeFrame.readUInt16BE(0);
  }

  /** What the server must never send. */
  get fault(): string | undefined {
    return this.#reader.fault;
  }

  /** Each is a chunk of its own. */
  write(...chunks: readonly Buffer[]): void {
    for (const chunk of chunks) if (!this.#end.readableEnded && !this.#end.destroyed) this.#end.push(chunk);
  }

  /** The texts that came since it was last asked. */
  takeTexts(): string[] {
    return this.answers.splice(0).map(({ payload }) => payload.toString());
  }

  async settle(): Promise<void> {
    for (let turn = 0; turn < 4; turn += 1) await setImmediate();
  }

  /** The line breaks. */
  destroy(): void {
    this.#end.destroy();
  }

  #closed(payload: Buffer): void {
    this.closeFrame = payload;
    if (this.isSilent) return;
    // no network answers within the call that writes
    void setImmediate().then(() => {
      this.write(close(1000));
      if (!this.#end.destroyed) this.#end.push(null);
    });
  }

  #read(bytes: Buffer): void {
    if (!this.#isOpen) {
      this.head += bytes.toString('latin1');
      const end = this.head.indexOf('\r\n\r\n');
      if (end < 0 || !this.head.startsWith('HTTP/1.1 101 ')) return;
      const rest = Buffer.from(this.head.slice(end + 4), 'latin1');
      this.#isOpen = true;
      return rest.length > 0 ? this.#read(rest) : undefined;
    }
    for (const message of this.#reader.read(bytes)) {
      if (message.opcode === opcodes.close) this.#closed(message.payload);
      else this.answers.push(message);
    }
  }
}
