// The handle on the measured server process.
import type { Stats } from '@wirepact/server';
import { startAsked } from './asked-process.js';
import type { Policy } from './measured-channels.js';

/** What the process may be asked to do. */
export type MeasuredCommand =
  | { readonly do: 'flood'; readonly policy: Policy }
  | { readonly do: 'rest' }
  | { readonly do: 'read'; readonly collects?: boolean };

/** What the process holds; memory in bytes. */
export interface Reading {
  readonly rss: number;
  readonly heapUsed: number;
  readonly timers: number;
  readonly listeners: number;
  readonly stats: Stats;
}

export interface MeasuredServer {
  readonly url: string;
  flood(policy: Policy): Promise<void>;
  rest(): Promise<void>;
  read(collects?: boolean): Promise<Reading>;
  close(): void;
}

export async function startMeasuredServer(): Promise<MeasuredServer> {
  const { ready: port, ask, close } = await startAsked<MeasuredCommand, number>('measured-process');
  return {
    url: `ws://127.0.0.1:${port}/`,
    flood: (policy) => ask({ do: 'flood', policy }),
    rest: () => ask({ do: 'rest' }),
    read: (collects = false) => ask({ do: 'read', collects }),
    close,
  };
}
