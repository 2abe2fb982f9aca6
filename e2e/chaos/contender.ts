// What every contender must be able to do: a server in a process of its own, and a client that comes back by itself.
// One file in contenders/ each.
import type { ClusterSetup } from './server-messages.js';

/** The ways a server sends: to everyone, to a room that all clients are in, to each client by itself. */
export const streams = ['everyone', 'room', 'direct'] as const;
export type Stream = (typeof streams)[number];

/** What a server sends. `run` counts the server's processes, so that no number comes twice. */
export interface Message {
  readonly run: number;
  readonly stream: Stream;
  /** Counts the messages of a run and stream, from 1. */
  readonly n: number;
}

/** One library. */
export interface Contender {
  /** What `--contenders` and the report call it. */
  readonly name: string;
  /** The npm package whose version the report names. */
  readonly package: string;
  /** Which settings depart from the library's defaults, for the report. */
  readonly settings: string;
  /** What a server that knows of takeovers closes the old connection with. */
  readonly takeoverCode?: number;
  /** Runs in the server process: listens on a port of the system's choice. */
  readonly serve: (app: Application) => Promise<Served>;
  /** Resolves once the client is connected and in the room. */
  readonly connect: (url: string, key: string, events: ClientEvents) => Promise<ChaosClient>;
}

/** What the server must do, whatever library it is written with. */
export interface Application {
  /** A client's message has reached its handler. */
  readonly handle: (key: string, n: number) => void;
  /** An error that no caller was told of. */
  readonly fail: (error: unknown) => void;
  /** The connection of a client has come to its end, and the library waits for its return. */
  readonly suspended: (key: string) => void;
  /** Where it listens, if not at the loopback. */
  readonly address?: string;
  /** What it has in common with others, where it is one of several. */
  readonly cluster?: ClusterSetup;
}

/** A server that listens. */
export interface Served {
  readonly port: number;
  /** Resolves once the library has accepted the message. */
  readonly publish: (message: Message) => Promise<void>;
  /** Takes leave before the process ends, where the library knows how. */
  readonly drain?: () => Promise<void>;
}

/** What a client tells of itself. */
export interface ClientEvents {
  /** After every connection but the first: whether the server says that what was missed will come. */
  returned(isResumed: boolean): void;
  /** The client has noticed that its connection is gone. */
  parted(): void;
  received(message: Message): void;
  /** The client was told that it misses something of a stream, or may. */
  missed(stream: Stream, mayBeEmpty: boolean): void;
  /** The client was told that nobody knows what became of its message `n`. */
  doubted(n: number): void;
  /** The server has answered message `n`. */
  answered(n: number): void;
}

/** How the library took a message. */
interface Taken {
  /** It is over only once `answered` or `doubted` says so. */
  readonly isAwaited: boolean;
  /** A server that knows nothing of the first time may be asked to handle it again. */
  readonly mayRunAgain: boolean;
}

/** A client that comes back by itself. */
export interface ChaosClient {
  /** `undefined` where the library refuses it. */
  send(n: number): Taken | undefined;
  close(): void;
}
