// The handle on a process of clients of Wirepact's own.
import { startAsked, type AskedProcess } from './asked-process.js';

/** Clients that each are in some rooms. With an odd number of rooms each has members at either of two servers. */
export interface CrowdSetup {
  readonly clients: number;
  /** The n-th client is in so many of them in a row as it has, from behind those of the one before it on. */
  readonly rooms: readonly string[];
  readonly roomsEach: number;
  /** Clients take turns with them. */
  readonly urls: readonly string[];
  /** Whoever loses its connection is back within so many ms, at a time of chance. */
  readonly returnWithinMs: number;
}

export type CrowdCommand =
  /** From now on clients that lose their connections find others. */
  | { readonly do: 'turn to'; readonly urls: readonly string[] }
  | { readonly do: 'clear' }
  /** Answered once so many were received since it was cleared, or it took too long. */
  | { readonly do: 'await'; readonly received: number; readonly patienceMs: number };

/** What the clients received since it was cleared. */
export interface CrowdReading {
  readonly received: number;
  /** When the last one was. */
  readonly lastAt: number;
  /** From when a note was sent until its listener is called; of each fourth. */
  readonly latencies: readonly number[];
  /** Notes that came at another time than their own, or twice. */
  readonly disordered: number;
  readonly gaps: number;
  readonly resumed: number;
}

/** Resolves once all are connected, and in their rooms. */
export function startCrowd(setup: CrowdSetup): Promise<AskedProcess<CrowdCommand>> {
  return startAsked<CrowdCommand, null>('crowd-process', setup);
}
