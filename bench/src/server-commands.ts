// What the load process may ask of the server process, and what it is told.

/** What a turn needs of its server. */
export interface Setup {
  readonly contender: string;
  readonly routes: number;
  readonly clients: number;
  /** Client n of N has seats n, n + N, n + 2N and so on, and every room has `roomSize` seats in a row. */
  readonly rooms: number;
  readonly roomSize: number;
  /** Which of how many processes it is. They take turns with the clients, or each has so many in a row. */
  readonly process: number;
  readonly processes: number;
  readonly seating: 'in turn' | 'in a row';
  /** What joins the processes. */
  readonly redisUrl?: string;
  readonly authenticates: boolean;
  /** Whether `dropEverybody` will be asked for. */
  readonly drops: boolean;
}

/** To whom: all at once, one room after the other, all one by one, or into the stream that each follows. */
export type Receivers = 'everyone' | 'rooms' | 'volatile rooms' | 'each' | 'streams' | 'latest' | 'volatile';

/** What is sent, and how fast. */
export interface Burst {
  readonly seconds: number;
  /** @default no bound but the time */
  readonly maxTurns?: number;
  /** Messages in one turn of the event loop. */
  readonly perTurn: number;
  /** Turns whose messages may be on their way at a time. */
  readonly windowTurns: number;
  /** How often the load says what has arrived; saying it costs the server time. Divides `windowTurns`. */
  readonly acknowledgeEveryTurns: number;
  /** What a message is larger than 100 bytes. */
  readonly bytes: number;
  readonly to: Receivers;
  /** `rooms`: the first so many of them. @default all */
  readonly rooms?: number;
}

export type Command =
  | { readonly do: 'startReading' }
  | { readonly do: 'read' }
  | { readonly do: 'collectGarbage' }
  | { readonly do: 'sendBursts'; readonly burst: Burst }
  /** The messages of so many turns were received by all. Not answered. */
  | { readonly do: 'acknowledge'; readonly turns: number }
  /** Breaks all connections, and sends so many messages before anybody can be back. */
  | { readonly do: 'dropEverybody'; readonly messages: number; readonly to: Receivers }
  /** When connections came since `dropEverybody`, in ms after it. */
  | { readonly do: 'arrivals' };

/** What the server process used since `startReading`; memory in bytes. */
export interface Reading {
  readonly cpuMicros: number;
  readonly rss: number;
  readonly heapUsed: number;
  readonly peakRss: number;
  /** What came over connections to Redis. */
  readonly redisBytes: number;
}
