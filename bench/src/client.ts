// One client of the load: a bare socket that speaks a contender's words. The same for all, so that only servers differ.
import { WebSocket } from 'ws';
import type { Wire } from './contender.js';
import type { Order, Receipt, Tick } from './messages.js';

/** What a client is told. */
export interface Listener {
  reply?(id: number, receipt: Receipt): void;
  tick?(tick: Tick): void;
  /** Ticks are to come as a stream of the client's own. */
  readonly follows?: boolean;
  /** The server wants to know whether the client is there. */
  ping?(): void;
  /** @default the turn fails: no server should close in the middle of a case */
  closed?(code: number): void;
}

/** One client. */
export interface BenchClient {
  request(id: number, route: string, order: Order): void;
  /** Stops reading for good. */
  stall(): void;
}

/** Connects, and resolves once the greeting is over and, where it wants ticks, the subscription has begun. */
export function connect(wire: Wire, origin: string, token: string, listener: Listener): Promise<BenchClient> {
  const url = new URL(wire.url ?? '/', origin);
  url.searchParams.set('token', token);
  const socket = new WebSocket(url, wire.subprotocol ?? [], { perMessageDeflate: false });
  let isGreeted = false;
  return new Promise((resolve, reject) => {
    const client: BenchClient = {
      request: (id, route, order) => socket.send(wire.encode(id, route, order)),
      stall: () => socket.pause(),
    };
    const ready = (): void => {
      if (isGreeted) return resolve(client);
      isGreeted = true;
      if (listener.follows) socket.send(wire.follow ?? '');
      else if (listener.tick && wire.subscribe !== undefined) return socket.send(wire.subscribe);
      resolve(client);
    };
    socket.on('error', reject);
    socket.on('open', () => {
      if (wire.hello !== undefined) socket.send(wire.hello);
      if (!wire.isGreeted) ready();
    });
    socket.on('message', (raw: Buffer) => {
      const heard = wire.decode(raw.toString());
      if (heard.kind === 'reply') listener.reply?.(heard.id, heard.receipt);
      else if (heard.kind === 'tick') {
        if (heard.answer !== undefined) socket.send(heard.answer);
        listener.tick?.(heard.tick);
      } else if (heard.kind === 'answer') {
        socket.send(heard.text);
        listener.ping?.();
      } else if (heard.kind === 'ready') ready();
    });
    if (listener.ping) socket.on('ping', () => listener.ping?.());
    socket.on('close', (code) => {
      const fault = new Error(`a client was closed with ${code}`);
      reject(fault);
      if (listener.closed) listener.closed(code);
      else throw fault;
    });
  });
}
