// One client of the load: a bare socket that speaks a contender's words. The same for all, so that only servers differ.
import { WebSocket } from 'ws';
import type { Wire } from './contender.js';
import type { Order, Receipt, Tick } from './messages.js';

/** What a client is told. */
export interface Listener {
  reply?(id: number, receipt: Receipt): void;
  tick?(tick: Tick): void;
  /** @default the turn fails: no server should close in the middle of a case */
  closed?(code: number): void;
}

/** One client. */
export interface BenchClient {
  request(id: number, route: string, order: Order): void;
  /** Stops reading for good. */
  stall(): void;
}

/** Connects, and resolves once the greeting is over. */
export function connect(wire: Wire, origin: string, token: string, listener: Listener): Promise<BenchClient> {
  const url = new URL(wire.url ?? '/', origin);
  url.searchParams.set('token', token);
  const socket = new WebSocket(url, wire.subprotocol ?? [], { perMessageDeflate: false });
  const greeting = wire.greeting?.(listener.tick !== undefined) ?? { isAnswered: false };
  return new Promise((resolve, reject) => {
    const client: BenchClient = {
      request: (id, route, order) => socket.send(wire.encode(id, route, order)),
      stall: () => socket.pause(),
    };
    socket.on('error', reject);
    socket.on('open', () => {
      if (greeting.send !== undefined) socket.send(greeting.send);
      if (!greeting.isAnswered) resolve(client);
    });
    socket.on('message', (raw: Buffer) => {
      const heard = wire.decode(raw.toString());
      if (heard.kind === 'reply') listener.reply?.(heard.id, heard.receipt);
      else if (heard.kind === 'tick') listener.tick?.(heard.tick);
      else if (heard.kind === 'answer') socket.send(heard.text);
      else if (heard.kind === 'ready') resolve(client);
    });
    socket.on('close', (code) => {
      const fault = new Error(`a client was closed with ${code}`);
      reject(fault);
      if (listener.closed) listener.closed(code);
      else throw fault;
    });
  });
}
