// What every contender must be able to do: a server of its own, and its words on the wire. One file in contenders/ each.
import type { Order, Receipt, Tick } from './messages.js';

/** The kinds of cases there are; a contender without one of the features leaves its cases out. */
export type Feature =
  'requests' | 'broadcast' | 'rooms' | 'routes' | 'connect' | 'idle' | 'stalled' | 'large';

/** One library, or one way of using it. */
export interface Contender {
  /** What `--contenders` and the report call it. */
  readonly name: string;
  /** The npm package whose version the report names. */
  readonly package: string;
  /** Whether what comes in and what goes out is parsed by the schemas of messages.ts. */
  readonly validates: boolean;
  /** @default all of them */
  readonly features?: readonly Feature[];
  /** Which settings depart from the library's defaults, for the report. */
  readonly settings: string;
  /**
   * Runs in the server process. Listens on every address, at a port of the system's choice, and imports its library only
   * now, since the memory of the others would be measured too.
   */
  readonly serve: (app: Application) => Promise<Served>;
  readonly wire: Wire;
}

/** What the server must do, whatever library it is written with. */
export interface Application {
  /** The paths that take an order and answer with a receipt; there may be 1,000 of them. */
  readonly routes: readonly string[];
  readonly handle: (order: Order) => Receipt;
  /** Where it is there, nobody is let in whose token, from the query of the URL, it does not accept. */
  readonly authenticate?: (token: string) => Promise<{ readonly user: string }>;
  /** Called once for every client that is let in: the rooms to put it into. */
  readonly assignRooms: () => readonly string[];
}

/** A server that listens. */
export interface Served {
  readonly port: number;
  /** Sends to every client. */
  readonly broadcast: (tick: Tick) => void;
  /** Sends to everybody in a room. Contenders that leave out `rooms` need none. */
  readonly sendToRoom?: (room: string, tick: Tick) => void;
}

/** How a client of this library speaks. The sockets are bare ones, the same for all, so that only servers differ. */
export interface Wire {
  /** Appended to `ws://host:port`. @default '/' */
  readonly url?: string;
  readonly subprotocol?: string;
  /** Who must say what before a client counts as connected. @default nobody anything */
  readonly greeting?: (wantsTicks: boolean) => { readonly send?: string; readonly isAnswered: boolean };
  /** A request as text. */
  readonly encode: (id: number, route: string, order: Order) => string;
  /** What a text from the server says. */
  readonly decode: (text: string) => Heard;
}

/** What a client heard. */
export type Heard =
  | { readonly kind: 'reply'; readonly id: number; readonly receipt: Receipt }
  | { readonly kind: 'tick'; readonly tick: Tick }
  /** The greeting is over. */
  | { readonly kind: 'ready' }
  /** To be sent back at once. */
  | { readonly kind: 'answer'; readonly text: string }
  | { readonly kind: 'nothing' };
