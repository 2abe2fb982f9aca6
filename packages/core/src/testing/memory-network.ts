// A network in memory: a server's side that decides about connections, clients that make them, and the line between them,
// which a test can cut or stall. Nothing waits for a clock.
import type { Transport } from '../transport.js';
import { MemorySocket, MemoryTransport } from './memory-socket.js';

declare function setTimeout(callback: () => void, delayMs: number): unknown;

/** Whatever decides about connections: a `SocketManager`. */
export interface Acceptor {
  admit(request: {
    readonly headers: Readonly<Record<string, string>>;
    readonly url: string;
    readonly remoteAddress: string;
    readonly encrypted: boolean;
  }): Promise<
    | { readonly accepted: false; readonly status: number; readonly reason: string }
    | {
        readonly accepted: true;
        readonly protocol: string | undefined;
        readonly open: (transport: Transport) => void;
      }
  >;
}

/** A network in memory. */
export interface MemoryNetwork {
  /** The class to hand to `createClient`. */
  readonly WebSocket: new (url: string, protocols?: string | string[]) => MemorySocket;
  /** Connections that are open now. */
  readonly connections: number;
  /** Connections that were asked for since the network was made. */
  readonly upgrades: number;
  /** `false`: nobody answers, and every attempt fails. @default true */
  isUp: boolean;
  /** Sends connections at this path to `acceptor`. */
  listen(path: string, acceptor: Acceptor): void;
  /** Breaks every connection, as a pulled cable does: both sides see 1006. */
  cut(): void;
  /** `true`: clients stop reading, and what the server sends piles up. */
  stall(isStalled: boolean): void;
  /** Resolves when everything that is on its way has arrived, and what it set off has too. */
  settle(): Promise<void>;
}

/** Makes a network in memory. */
export function createMemoryNetwork(): MemoryNetwork {
  const acceptors = new Map<string, Acceptor>();
  const open = new Set<MemoryTransport>();
  const queue: (() => void)[] = [];
  let activity = 0;
  let isPumping = false;
  let isStalled = false;
  let upgrades = 0;

  const link = {
    get isStalled() {
      return isStalled;
    },
    enqueue(deliver: () => void): void {
      activity += 1;
      queue.push(deliver);
      if (!isPumping) startPump();
    },
  };

  const startPump = (): void => {
    isPumping = true;
    void Promise.resolve().then(pump);
  };
  const pump = (): void => {
    try {
      for (let deliver = queue.shift(); deliver !== undefined; deliver = queue.shift()) deliver();
    } finally {
      // what a listener throws is its own affair, and holds nothing up
      isPumping = false;
      if (queue.length > 0) startPump();
    }
  };

  const connect = async (socket: MemorySocket, offered: readonly string[]): Promise<void> => {
    upgrades += 1;
    const [, host = '', pathname = '/', search = ''] =
      /^wss?:\/\/([^/?]*)(\/[^?]*)?(\?.*)?$/.exec(socket.url) ?? [];
    const headers: Record<string, string> = { host };
    if (offered.length > 0) headers['sec-websocket-protocol'] = offered.join(', ');
    const url = pathname + search;
    const request = { headers, url, remoteAddress: '127.0.0.1', encrypted: false };
    const acceptor = network.isUp ? acceptors.get(pathname) : undefined;
    const admission = await acceptor?.admit(request);
    activity += 1;
    if (socket.readyState !== 0 || admission?.accepted !== true) {
      socket.emit('error');
      socket.closedBy(1006, '');
      return;
    }
    const transport = new MemoryTransport(socket, admission.protocol ?? '', link);
    open.add(transport);
    socket.addEventListener('close', () => open.delete(transport));
    socket.peer = transport;
    socket.protocol = transport.protocol;
    socket.readyState = 1;
    socket.emit('open');
    admission.open(transport);
  };

  const network: MemoryNetwork = {
    isUp: true,
    WebSocket: class extends MemorySocket {
      constructor(url: string, protocols: string | string[] = []) {
        super(url);
        void connect(this, typeof protocols === 'string' ? [protocols] : protocols);
      }
    },
    get connections() {
      return open.size;
    },
    get upgrades() {
      return upgrades;
    },
    listen(path, acceptor) {
      acceptors.set(path, acceptor);
    },
    cut() {
      for (const transport of [...open]) transport.cut();
    },
    stall(stalled) {
      isStalled = stalled;
      for (const transport of open) link.enqueue(() => transport.flow());
    },
    async settle() {
      for (let before = -1; before !== activity;) {
        before = activity;
        // one turn of the event loop lets every promise that can go on do so
        await new Promise<void>((resolve) => setTimeout(resolve, 0));
      }
    },
  };
  return network;
}
