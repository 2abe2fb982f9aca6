// What happens in one run over several nodes: plain data, made from a seed, so that it can be printed, kept, cut down and run
// again.
import { createSeededRandom } from '@wirepact/core/testing';

/** One thing that happens. `who` is a client, `node` a process, `room` a room. */
export type ClusterStep =
  | { readonly do: 'pass'; readonly ms: number }
  | { readonly do: 'settle' }
  | { readonly do: 'toRoom'; readonly node: number; readonly room: number; readonly count: number }
  | { readonly do: 'toAll'; readonly node: number; readonly count: number }
  | { readonly do: 'toUser'; readonly node: number; readonly who: number; readonly count: number }
  | { readonly do: 'say' | 'ask'; readonly who: number; readonly count: number; readonly ms: number }
  | { readonly do: 'join' | 'leave'; readonly who: number; readonly room: number }
  | { readonly do: 'cut'; readonly who: number; readonly seenBy: 'both' | 'client' | 'server' }
  | { readonly do: 'freeze'; readonly who: number; readonly is: boolean }
  /** The engine goes, forgets so many of the newest entries of a log, or everything, and comes back. */
  | { readonly do: 'outage'; readonly ms: number; readonly room: number; readonly loses: number }
  | { readonly do: 'flush'; readonly ms: number }
  /** The line on which messages come to a node breaks, or only holds them up. */
  | { readonly do: 'deafen' | 'delay'; readonly node: number; readonly ms: number }
  | { readonly do: 'turnClock'; readonly ms: number }
  | { readonly do: 'kill' | 'drain'; readonly node: number; readonly downMs: number };

export interface ClusterSchedule {
  /** What chance begins with while it runs: jitter, delays, which node a client comes to. */
  readonly seed: number;
  readonly nodes: number;
  readonly clients: number;
  /** Bounds so small that they are reached. */
  readonly isTight: boolean;
  /** How long whatever goes to the engine or comes from it is on its way, in ms at most. */
  readonly delayMs: number;
  readonly steps: readonly ClusterStep[];
}

export const rooms = ['lobby', 'hall'] as const;

interface Draw {
  readonly below: (count: number) => number;
  readonly oneOf: <TItem>(...items: readonly TItem[]) => TItem;
  readonly who: () => number;
  readonly node: () => number;
  readonly room: () => number;
}

/** How often each kind of step is drawn, and what it is then. */
const kinds: readonly (readonly [weight: number, (draw: Draw) => ClusterStep])[] = [
  [20, ({ oneOf }) => ({ do: 'pass', ms: oneOf(1, 5, 20, 50, 100, 300, 1_000, 3_000) })],
  [1, ({ oneOf }) => ({ do: 'pass', ms: oneOf(12_000, 40_000) })],
  [8, () => ({ do: 'settle' })],
  [18, ({ node, room, below }) => ({ do: 'toRoom', node: node(), room: room(), count: 1 + below(3) })],
  [6, ({ node, below }) => ({ do: 'toAll', node: node(), count: 1 + below(2) })],
  [5, ({ node, who, below }) => ({ do: 'toUser', node: node(), who: who(), count: 1 + below(2) })],
  [
    7,
    ({ who, below, oneOf }) => ({ do: 'say', who: who(), count: 1 + below(3), ms: oneOf(0, 0, 20, 3_000) }),
  ],
  [
    5,
    ({ who, below, oneOf }) => ({ do: 'ask', who: who(), count: 1 + below(2), ms: oneOf(0, 0, 20, 3_000) }),
  ],
  [6, ({ who, room }) => ({ do: 'join', who: who(), room: room() })],
  [2, ({ who, room }) => ({ do: 'leave', who: who(), room: room() })],
  [9, ({ who, oneOf }) => ({ do: 'cut', who: who(), seenBy: oneOf('both', 'both', 'client', 'server') })],
  [3, ({ who, below }) => ({ do: 'freeze', who: who(), is: below(5) < 2 })],
  [
    3,
    ({ below, oneOf, room }) => ({
      do: 'outage',
      ms: oneOf(100, 500, 2_000, 15_000) + below(300),
      room: room(),
      loses: oneOf(0, 1, 2, 5),
    }),
  ],
  [1, ({ below, oneOf }) => ({ do: 'flush', ms: oneOf(100, 2_000) + below(300) })],
  [4, ({ node, oneOf }) => ({ do: 'deafen', node: node(), ms: oneOf(0, 20, 300, 5_000) })],
  [4, ({ node, oneOf }) => ({ do: 'delay', node: node(), ms: oneOf(1, 20, 300, 2_000) })],
  [1, ({ oneOf }) => ({ do: 'turnClock', ms: oneOf(-60_000, -1_000, 0, 1_000) })],
  [3, ({ node, oneOf }) => ({ do: 'kill', node: node(), downMs: oneOf(0, 500, 5_000) })],
  [1, ({ node, oneOf }) => ({ do: 'drain', node: node(), downMs: oneOf(0, 500) })],
];
const allWeights = kinds.reduce((sum, [weight]) => sum + weight, 0);

/** Makes the schedule of a seed. */
export function makeClusterSchedule(seed: number): ClusterSchedule {
  const random = createSeededRandom(seed);
  const below = (count: number): number => Math.floor(random() * count);
  const oneOf = <TItem>(...items: readonly TItem[]): TItem => items[below(items.length)] as TItem;
  const clients = 1 + below(4);
  const nodes = 2 + below(2);
  const draw: Draw = {
    below,
    oneOf,
    who: () => below(clients),
    node: () => below(nodes),
    room: () => below(rooms.length),
  };
  const drawStep = (): ClusterStep => {
    let left = random() * allWeights;
    for (const [weight, make] of kinds) if ((left -= weight) < 0) return make(draw);
    return { do: 'settle' };
  };
  const isTight = below(4) === 0;
  const delayMs = oneOf(0, 0, 3, 30);
  const joins = Array.from({ length: clients }, (_, who): ClusterStep => ({
    do: 'join',
    who,
    room: below(2),
  }));
  const count = 5 + below(oneOf(20, 50, 100));
  return {
    seed,
    nodes,
    clients,
    isTight,
    delayMs,
    steps: [...joins, ...Array.from({ length: count }, drawStep)],
  };
}
