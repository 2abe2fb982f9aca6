// What every contender must be able to do: a server of its own, and its words on the wire. One file in contenders/ each.
import type { Order, Receipt, Tick } from './messages.js';

/** What a library can do; a contender without it leaves the cases out that need it. */
export type Feature =
  /** clients that connect and say nothing */
  | 'idle'
  /** requests and their replies */
  | 'requests'
  /** messages to everybody */
  | 'broadcast'
  /** messages to rooms */
  | 'rooms'
  /** messages to one client alone */
  | 'direct'
  /** of several messages that a client has not taken, the newest is enough */
  | 'latest'
  /** messages that may be dropped for a client that does not take them */
  | 'volatile'
  /** a stream of its own for each client */
  | 'stream'
  /** clients that return, and are given what was sent to everybody meanwhile */
  | 'return'
  /** clients that return, and are given what was sent to each of them alone meanwhile */
  | 'inbox'
  /** several processes that are one server, over one Redis */
  | 'cluster'
  /** the same, and messages to rooms that may be dropped */
  | 'volatile cluster';

/** One library, or one way of using it. */
export interface Contender {
  /** What `--contenders` and the report call it. */
  readonly name: string;
  /** The npm package whose version the report names. */
  readonly package: string;
  /** Whether what comes in and what goes out is parsed by schemas. */
  readonly validates: boolean;
  readonly features: readonly Feature[];
  /** Which settings depart from the library's defaults, for the report. */
  readonly settings: string;
  /**
   * Runs in the server process. Listens on every address, at a port of the system's choice, and imports its library only
   * now, since the memory of the others would be measured too.
   */
  readonly serve: (app: Application) => Promise<Served>;
  readonly wire: Wire;
  /**
   * For `return` and `inbox` only: connects a client of the library's own, which comes back by itself. Resolves once it is
   * connected.
   */
  readonly connectOwn?: (origin: string, onTick: (tick: Tick) => void) => Promise<void>;
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
  /** Where it is there, this process is one of several that are one server over this Redis. */
  readonly redisUrl?: string;
  /** What a client's own stream consists of; it has the next tick when it is asked for it, and it is there. */
  readonly follow: () => AsyncGenerator<Tick>;
}

/** A server that listens, and sends. Of the optional ones those are needed whose features are named. */
export interface Served {
  readonly port: number;
  /** To every client. */
  readonly broadcast: (tick: Tick) => void;
  /** `rooms`: to everybody in a room. */
  readonly sendToRoom?: (room: string, tick: Tick) => void;
  /** `volatile cluster`: to everybody in a room that can take it now. */
  readonly sendToRoomVolatile?: (room: string, tick: Tick) => void;
  /** `direct`: to every client, one after the other, as if each were meant alone. */
  readonly sendToEach?: (tick: Tick) => void;
  /** `latest`: to every client, the newest being enough. */
  readonly broadcastLatest?: (tick: Tick) => void;
  /** `volatile`: to every client that can take it now. */
  readonly broadcastVolatile?: (tick: Tick) => void;
}

/** How a client of this library speaks. The sockets are bare ones, the same for all, so that only servers differ. */
export interface Wire {
  /** Appended to `ws://host:port`. @default '/' */
  readonly url?: string;
  readonly subprotocol?: string;
  /** Said first on every connection. @default nothing */
  readonly hello?: string;
  /** Whether the server says something that is heard as `ready` before a client counts as connected. @default false */
  readonly isGreeted?: boolean;
  /** Said then, where ticks go only to those who ask for them; what is heard as `ready` answers it. @default nothing */
  readonly subscribe?: string;
  /** `stream`: said to be given one's own stream, whose items are heard as ticks. */
  readonly follow?: string;
  /** A request as text. `id` counts from 1. */
  readonly encode: (id: number, route: string, order: Order) => string;
  /** What a text from the server says. */
  readonly decode: (text: string) => Heard;
}

/** What a client heard. */
export type Heard =
  | { readonly kind: 'reply'; readonly id: number; readonly receipt: Receipt }
  /** `answer` is to be sent back at once, as in a stream that is granted more. */
  | { readonly kind: 'tick'; readonly tick: Tick; readonly answer?: string }
  /** The greeting is over, or the subscription has begun. */
  | { readonly kind: 'ready' }
  /** To be sent back at once. */
  | { readonly kind: 'answer'; readonly text: string }
  | { readonly kind: 'nothing' };
