// The handle on one of several server processes that are joined over Redis.
import { startAsked, type AskedProcess } from './asked-process.js';

export interface JoinedSetup {
  readonly redisUrl: string;
  readonly name: string;
}

/** What the process may be asked to do. */
export type JoinedCommand =
  /** As fast as it goes, with so many under way. Answered with how many were accepted, as is the next. */
  | {
      readonly do: 'publish';
      readonly rooms: readonly string[];
      readonly inFlight: number;
      readonly seconds: number;
    }
  | {
      readonly do: 'pace';
      readonly rooms: readonly string[];
      readonly perSecond: number;
      readonly seconds: number;
    }
  /** From now on it counts. */
  | { readonly do: 'watch' }
  | { readonly do: 'read' };

/** Since it was told to watch. */
export interface JoinedReading {
  readonly cpuMicros: number;
  /** By how much the event loop was late. */
  readonly lagP99Ms: number;
  /** Of logs, from Redis; of one log within 100 ms at most. */
  readonly reads: number;
  readonly mostReads: number;
}

export interface JoinedServer extends AskedProcess<JoinedCommand> {
  readonly url: string;
}

export async function startJoinedServer(setup: JoinedSetup): Promise<JoinedServer> {
  const { ready: port, ...process } = await startAsked<JoinedCommand, number>('joined-process', setup);
  return { url: `ws://127.0.0.1:${port}/`, ...process };
}
