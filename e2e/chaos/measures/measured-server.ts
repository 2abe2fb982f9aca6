// The handle on the measured server process.
import type { Stats } from '@wirepact/server';
import { forkingInside } from '../netns/system.js';
import type { Host } from '../netns/network.js';
import { startAsked } from './asked-process.js';
import type { Policy } from './measured-channels.js';

/** What the process may be asked to do. */
export type MeasuredCommand =
  | { readonly do: 'flood'; readonly policy: Policy; readonly loadsPerSecond: number }
  | { readonly do: 'rest' }
  | { readonly do: 'read'; readonly collects?: boolean };

/** What the process holds; memory in bytes. */
export interface Reading {
  readonly rss: number;
  readonly heapUsed: number;
  /** Beside the heap. */
  readonly external: number;
  /** How many loads were sent, whoever got them. */
  readonly loads: number;
  /** The most bytes that waited for one client, and how long one that was closed had taken nothing. */
  readonly mostWaiting: number;
  readonly longestStallMs: number;
  readonly timers: number;
  readonly listeners: number;
  readonly stats: Stats;
}

export interface MeasuredServer {
  readonly url: string;
  flood(policy: Policy, loadsPerSecond: number): Promise<void>;
  rest(): Promise<void>;
  read(collects?: boolean): Promise<Reading>;
  close(): void;
}

/** Starts one on this machine, or on a host of a network of our own. */
export async function startMeasuredServer(host?: Host): Promise<MeasuredServer> {
  const address = host?.address ?? '127.0.0.1';
  const forking = host && forkingInside(host.namespace);
  const started = startAsked<MeasuredCommand, number>('measured-process', address, forking);
  const { ready: port, ask, close } = await started;
  return {
    url: `ws://${address}:${port}/`,
    flood: (policy, loadsPerSecond) => ask({ do: 'flood', policy, loadsPerSecond }),
    rest: () => ask({ do: 'rest' }),
    read: (collects = false) => ask({ do: 'read', collects }),
    close,
  };
}
