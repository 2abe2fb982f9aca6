// What waits in the measured process for each of its sockets, and for how long one may take nothing before it is closed.
import type { Server, Socket } from 'node:net';

const sampleMs = 100;

interface Waiting {
  /** Another one whenever the network took something. */
  mark: string;
  since: number;
}

/** The sockets of one server. */
export class MeasuredSockets {
  /** The most bytes that waited for one of them, and how long one took nothing of that until it was closed. */
  mostWaiting = 0;
  longestStallMs = 0;
  readonly #sockets = new Map<Socket, Waiting | undefined>();

  constructor(server: Server) {
    server.on('connection', (socket) => {
      this.#sockets.set(socket, undefined);
      socket.on('close', () => this.#forget(socket));
    });
    setInterval(() => this.#look(), sampleMs).unref();
  }

  #forget(socket: Socket): void {
    const waiting = this.#sockets.get(socket);
    this.#sockets.delete(socket);
    if (waiting !== undefined)
      this.longestStallMs = Math.max(this.longestStallMs, performance.now() - waiting.since);
  }

  #look(): void {
    const now = performance.now();
    for (const [socket, waiting] of this.#sockets) {
      // one that is being closed takes nothing more
      if (socket.destroyed) continue;
      const { writableLength } = socket;
      this.mostWaiting = Math.max(this.mostWaiting, writableLength);
      const mark = markOf(socket);
      if (writableLength === 0) this.#sockets.set(socket, undefined);
      else if (waiting?.mark !== mark) this.#sockets.set(socket, { mark, since: now });
    }
  }
}

/** What was taken whole, and what of the write that is under way was not. */
function markOf(socket: Socket): string {
  const { _handle: handle } = socket as { _handle?: { readonly writeQueueSize?: number } };
  return `${socket.bytesWritten - socket.writableLength} ${handle?.writeQueueSize}`;
}
