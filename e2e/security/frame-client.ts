// A client that is nothing but frames, on a transport that a test holds in its hand. It keeps what comes while it is paused,
// as a network does, and answers nothing by itself.
import type { Frame, Transport, TransportListener } from '@wirepact/core/internal';

/** The server's end of a line without a network. */
class HeldTransport implements Transport {
  readonly protocol: string;
  readonly sent: string[] = [];
  readonly #unread: (string | undefined)[] = [];
  #listener: TransportListener | undefined;
  #isPaused = false;
  #isOver = false;
  /** What the test says that waits for the peer; see {@link drain}. */
  bufferedBytes = 0;
  receivedBytes = 0;
  readonly isReading = true;
  closedWith: { readonly code: number; readonly reason: string } | undefined;

  constructor(protocol: string) {
    this.protocol = protocol;
  }

  get isPaused(): boolean {
    return this.#isPaused;
  }

  listen(listener: TransportListener): void {
    this.#listener = listener;
  }

  send(text: string): void {
    if (this.closedWith === undefined) this.sent.push(text);
  }

  ping(): void {
    // the answer to it is a sign of life
    if (!this.#isOver) this.receivedBytes += 6;
  }

  pause(): void {
    this.#isPaused = true;
  }

  resume(): void {
    this.#isPaused = false;
    while (!this.#isPaused && this.#unread.length > 0) this.#listener?.message(this.#unread.shift());
  }

  passOnUrgent(): void {
    for (const text of this.#unread.splice(0)) if (!this.#isUrgent(text)) this.#unread.push(text);
  }

  close(code: number, reason: string): void {
    if (this.closedWith !== undefined) return;
    this.closedWith = { code, reason };
    queueMicrotask(() => this.end(code, reason));
  }

  terminate(): void {
    this.close(1006, '');
  }

  /** The peer took something, and so much is left. */
  drain(bufferedBytes = 0): void {
    this.bufferedBytes = bufferedBytes;
    this.#listener?.drained();
  }

  receive(text: string | undefined): void {
    this.receivedBytes += text?.length ?? 1;
    if (!this.#isPaused) this.#listener?.message(text);
    else if (!this.#isUrgent(text)) this.#unread.push(text);
  }

  #isUrgent(text: string | undefined): boolean {
    return text !== undefined && this.#listener?.urgent?.(text) === true;
  }

  end(code: number, reason: string): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.closedWith ??= { code, reason };
    this.#listener?.closed(this.closedWith.code, this.closedWith.reason);
  }
}

/** What a client is greeted with, as far as the tests look at it. */
export interface Welcome {
  readonly session: string;
  readonly token: string;
  readonly resumed: boolean;
  readonly streams?: Readonly<Record<string, unknown>>;
}

/** One client. */
export class FrameClient {
  readonly transport: HeldTransport;

  constructor(protocol: string | undefined) {
    this.transport = new HeldTransport(protocol ?? '');
  }

  /** How the server closed, if it has. */
  get closedWith(): { readonly code: number; readonly reason: string } | undefined {
    return this.transport.closedWith;
  }

  /** Sends a frame, or any text; `undefined` is a binary message. */
  say(message: object | string | undefined): void {
    this.transport.receive(typeof message === 'object' ? JSON.stringify(message) : message);
  }

  /** What came since it was last asked. */
  take(): Frame[] {
    return this.transport.sent.splice(0).map((text) => JSON.parse(text) as Frame);
  }

  /** Says hello, and gives what the server greeted with. */
  hello(data: object = {}): Welcome {
    this.say({ path: '$hello', data });
    return this.takeWelcome() ?? ({} as Welcome);
  }

  /** What the server greeted with, if it has. What else came since it was last asked is gone. */
  takeWelcome(): Welcome | undefined {
    // what was missed comes with it, and may be much
    const welcome = this.transport.sent.splice(0).find((text) => text.startsWith('{"path":"$welcome"'));
    return welcome === undefined ? undefined : (JSON.parse(welcome) as { data: Welcome }).data;
  }

  /** Its line breaks. */
  cut(): void {
    this.transport.end(1006, '');
    this.transport.sent.length = 0;
  }
}
