// A page without any library, as tests hold it: a bare WebSocket, JSON, and what has been heard.
import { once } from 'node:events';
import { WebSocket, type ClientOptions } from 'ws';

/** A bare WebSocket that is open. Disposing of it waits until it is closed. */
export class PlainPage implements AsyncDisposable {
  readonly socket: WebSocket;
  readonly #heard: unknown[] = [];

  constructor(socket: WebSocket) {
    this.socket = socket;
    socket.on('message', (data: Buffer) => this.#heard.push(JSON.parse(data.toString())));
  }

  static async open(url: string, options: ClientOptions = {}): Promise<PlainPage> {
    const page = new PlainPage(new WebSocket(url, options));
    await once(page.socket, 'open');
    return page;
  }

  /** Sends texts and bytes as they are and all else as JSON, then gives what was heard since the last call. */
  async say(...frames: readonly unknown[]): Promise<unknown[]> {
    for (const frame of frames) {
      const isRaw = typeof frame === 'string' || Buffer.isBuffer(frame);
      this.socket.send(isRaw ? frame : JSON.stringify(frame));
    }
    // frames keep their order: after this pong all has arrived that was sent before it
    this.socket.ping();
    await once(this.socket, 'pong');
    return this.#heard.splice(0);
  }

  /** The close code, once the other side has closed. */
  async closed(): Promise<number> {
    const [code] = (await once(this.socket, 'close')) as [number];
    return code;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.socket.readyState === WebSocket.CLOSED) return;
    this.socket.terminate();
    await once(this.socket, 'close');
  }
}

/** The status with which an upgrade was refused; `undefined` when it was not. */
export async function refusalOf(url: string, options: ClientOptions = {}): Promise<number | undefined> {
  const socket = new WebSocket(url, options);
  socket.on('error', () => undefined);
  const status = await new Promise<number | undefined>((resolve) => {
    socket.on('unexpected-response', (_request, response) => resolve(response.statusCode));
    socket.on('open', () => resolve(undefined));
  });
  socket.terminate();
  return status;
}
