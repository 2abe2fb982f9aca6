// What happens to hosts of clients, one row: each host has a fault of its own, again and again.
import { setTimeout as delay } from 'node:timers/promises';
import { nowMs } from '../now-ms.js';
import type { Length } from '../lines/rows.js';
import type { DelayingProxy } from './delaying-proxy.js';
import { killSockets, losePackets, narrow, unplug, type Undo } from './line-faults.js';
import type { Host } from './network.js';

/** Where a fault comes about. */
export interface Scene {
  readonly host: Host;
  /** Of the server. */
  readonly address: string;
  /** Between the host and the server. */
  readonly proxy: DelayingProxy;
  readonly chance: () => number;
}

/** One kind of fault. */
export interface HostFault {
  readonly name: string;
  readonly fault: string;
  /** Begins it for the so-manieth time, from 0. Resolves with what there is to wait for. */
  readonly begin: (scene: Scene, turn: number) => Promise<Begun>;
}

interface Begun {
  /** How long it lasts, in ms; what is over at once has none. */
  readonly lastsMs: number;
  readonly undo?: Undo;
  /** Nothing comes through, and it lasts until both ends must have noticed. */
  readonly isNoticed?: true;
}

export interface NetworkRow {
  readonly id: string;
  /** Shared by the hosts. */
  readonly cycles: Readonly<Record<Exclude<Length, 'check'>, number>> & { readonly check?: number };
  readonly clientsPerHost: number;
  readonly hosts: readonly HostFault[];
}

/** Within that both ends notice a line that is dead: the heartbeat's interval, a tenth more for the server, and its patience. */
export const noticedWithinMs = { server: 37_500, client: 35_000 } as const;

const between = (least: number, most: number, chance: () => number): number =>
  least + chance() * (most - least);

export const networkRows: readonly NetworkRow[] = [
  {
    id: 'C12',
    cycles: { quick: 20, long: 300 },
    clientsPerHost: 4,
    hosts: [
      {
        name: 'link',
        fault: 'its link is down for 0.5 to 10 s, or until both ends have noticed',
        async begin({ host, chance }, turn) {
          const undo = await unplug(host);
          if (turn % 2 === 0) return { undo, lastsMs: between(500, 10_000, chance) };
          return { undo, lastsMs: between(40_000, 45_000, chance), isNoticed: true };
        },
      },
      {
        name: 'sockets',
        fault: 'its operating system breaks its connections (`ss -K`)',
        async begin({ host, address }) {
          await killSockets(host, address);
          return { lastsMs: 0 };
        },
      },
      {
        name: 'loss',
        fault: 'it loses 1 to 20 % of its packets in each direction for 3 to 10 s',
        async begin({ host, chance }) {
          const undo = await losePackets(host, Math.round(between(1, 20, chance)));
          return { undo, lastsMs: between(3_000, 10_000, chance) };
        },
      },
      {
        name: 'narrow',
        fault: 'its link carries at most 64 kbit/s in each direction for 5 to 15 s',
        async begin({ host, chance }) {
          return { undo: await narrow(host, 64), lastsMs: between(5_000, 15_000, chance) };
        },
      },
      {
        name: 'late',
        fault: 'everything is delayed by 100 to 500 ms in each direction for 5 to 15 s',
        async begin({ proxy, chance }) {
          proxy.nextDelayMs = () => between(100, 500, chance);
          const undo = async (): Promise<void> => void (proxy.nextDelayMs = () => 0);
          return { undo, lastsMs: between(5_000, 15_000, chance) };
        },
      },
    ],
  },
];

/** Brings a fault about, and takes it back. Resolves with when it began, by `nowMs`, if it must have been noticed. */
export async function bringAbout(fault: HostFault, scene: Scene, turn: number): Promise<number | undefined> {
  const { lastsMs, undo, isNoticed } = await fault.begin(scene, turn);
  const beganAtMs = nowMs();
  await delay(lastsMs);
  await undo?.();
  return isNoticed ? beganAtMs : undefined;
}
