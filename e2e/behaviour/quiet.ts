// Knows when nothing is on its way between the TCP sockets of this process: when every byte that one end wrote was read
// by the other, and no end is half open. So a test over real sockets waits for what happens, never for time.
import type { Socket } from 'node:net';
import { setImmediate as turn } from 'node:timers/promises';

/** Turns of the event loop without any change after which it counts as quiet: what a byte sets off may take some. */
const quietTurns = 3;
const patienceMs = 10_000;

/** The sockets of both ends of a number of TCP connections. */
export class Wiretap {
  readonly #sockets = new Map<Socket, string>();

  /** The ports of the sockets that are still there. */
  get open(): readonly string[] {
    return [...this.#sockets.values()];
  }

  /** Watches a socket from its making to its end. */
  watch(socket: Socket): void {
    const add = (): unknown => this.#sockets.set(socket, `${socket.localPort} → ${socket.remotePort}`);
    add();
    if (socket.connecting) socket.once('connect', add);
    socket.once('close', () => this.#sockets.delete(socket));
  }

  /** Resolves once it is quiet. Rejects when it does not become so. */
  async quiet(): Promise<void> {
    const until = performance.now() + patienceMs;
    let before = '';
    for (let turns = 0; turns < quietTurns;) {
      await turn();
      const { moving, state } = this.#look();
      turns = moving === undefined && state === before ? turns + 1 : 0;
      before = state;
      if (performance.now() > until) throw new Error(`it does not become quiet: ${moving ?? state}`);
    }
  }

  #look(): { readonly moving: string | undefined; readonly state: string } {
    let moving: string | undefined;
    let state = '';
    const byPorts = new Map<string, Socket>();
    for (const [socket, ports] of this.#sockets) byPorts.set(ports, socket);
    for (const [socket, ports] of this.#sockets) {
      const { bytesRead, bytesWritten } = socket;
      state += `${ports}: ${bytesRead} ${bytesWritten}, `;
      const peer = byPorts.get(`${socket.remotePort} → ${socket.localPort}`);
      // who does not read on purpose may leave as much unread as it likes, and the end too
      if ((peer ?? socket).readableFlowing !== true && !socket.connecting) continue;
      if (peer === undefined || socket.connecting) moving ??= `${ports} has no other end`;
      else if (bytesWritten !== peer.bytesRead || peer.readableLength > 0) moving ??= `${ports} is read from`;
      else if (socket.writableEnded) moving ??= `${ports} is closing`;
    }
    return { moving, state };
  }
}
