// What happens in one run: plain data, made from a seed, so that it can be printed, kept, cut down and run again.
import { createSeededRandom } from '@wirepact/core/testing';

/** One thing that happens. `who` is a client, `room` a room. */
export type Step =
  | { readonly do: 'pass'; readonly ms: number }
  | { readonly do: 'settle' }
  | {
      readonly do: 'sendToRoom';
      readonly room: number;
      readonly count: number;
      readonly size?: number;
      readonly except?: number;
    }
  | { readonly do: 'sendToAll'; readonly count: number; readonly size?: number; readonly except?: number }
  | { readonly do: 'sendTo'; readonly who: number; readonly count: number; readonly size?: number }
  | { readonly do: 'sendLatest' | 'sendVolatile' }
  | { readonly do: 'say' | 'ask' | 'keep'; readonly who: number; readonly count: number; readonly ms: number }
  | {
      readonly do: 'stream';
      readonly who: number;
      readonly items: number;
      readonly ms: number;
      readonly readMs: number;
    }
  | { readonly do: 'question'; readonly who: number; readonly ms: number }
  | { readonly do: 'join' | 'leave'; readonly who: number; readonly room: number }
  | { readonly do: 'takeIn' | 'putOut'; readonly who: number; readonly room: number }
  | { readonly do: 'allow'; readonly room: number; readonly is: boolean }
  | { readonly do: 'cut'; readonly who: number; readonly seenBy: 'both' | 'client' | 'server' }
  | { readonly do: 'halfOpen'; readonly who: number; readonly loses: 'up' | 'down' | 'both' }
  | { readonly do: 'freeze' | 'stall'; readonly who: number; readonly is: boolean }
  /** In ms, or in bytes a second; 0 for neither. */
  | { readonly do: 'delay' | 'throttle'; readonly who: number; readonly figure: number }
  | { readonly do: 'disconnect'; readonly who: number }
  | { readonly do: 'reopen'; readonly who: number }
  | { readonly do: 'kill'; readonly downMs: number }
  | { readonly do: 'drain'; readonly downMs: number; readonly spreadMs: number; readonly graceMs: number };

export interface Schedule {
  /** What chance begins with while it runs: jitter, delays. */
  readonly seed: number;
  readonly clients: number;
  /** Bounds so small that they are reached. */
  readonly isTight: boolean;
  /** How long everything is on its way, in ms at most. */
  readonly delayMs: number;
  readonly steps: readonly Step[];
}

export const rooms = ['lobby', 'hall', 'yard'] as const;
const mostSteps = 200;

type Draw = {
  readonly below: (count: number) => number;
  readonly oneOf: <TItem>(...items: readonly TItem[]) => TItem;
  readonly client: () => number;
  readonly room: () => number;
  readonly size: () => number;
};

/** How often each kind of step is drawn, and what it is then. */
const kinds: readonly (readonly [weight: number, (draw: Draw) => Step])[] = [
  [16, ({ oneOf }) => ({ do: 'pass', ms: oneOf(1, 10, 50, 100, 200, 500, 1_000, 3_000) })],
  [1, ({ oneOf }) => ({ do: 'pass', ms: oneOf(12_000, 35_000, 50_000) })],
  [10, () => ({ do: 'settle' })],
  [12, ({ room, below, size }) => ({ do: 'sendToRoom', room: room(), count: 1 + below(4), size: size() })],
  [2, ({ room, client }) => ({ do: 'sendToRoom', room: room(), count: 1, except: client() })],
  [6, ({ below, size }) => ({ do: 'sendToAll', count: 1 + below(3), size: size() })],
  [1, ({ client }) => ({ do: 'sendToAll', count: 1, except: client() })],
  [8, ({ client, below, size }) => ({ do: 'sendTo', who: client(), count: 1 + below(4), size: size() })],
  [1, () => ({ do: 'sendLatest' })],
  [1, () => ({ do: 'sendVolatile' })],
  [
    10,
    ({ client, below, oneOf }) => ({
      do: 'say',
      who: client(),
      count: 1 + below(4),
      ms: oneOf(0, 0, 0, 20, 3_000),
    }),
  ],
  [
    8,
    ({ client, below, oneOf }) => ({
      do: 'ask',
      who: client(),
      count: 1 + below(3),
      ms: oneOf(0, 0, 50, 3_000),
    }),
  ],
  [
    4,
    ({ client, below, oneOf }) => ({
      do: 'keep',
      who: client(),
      count: 1 + below(3),
      ms: oneOf(0, 0, 50, 3_000),
    }),
  ],
  [
    3,
    ({ client, oneOf }) => ({
      do: 'stream',
      who: client(),
      items: oneOf(1, 5, 40),
      ms: oneOf(0, 0, 50),
      readMs: oneOf(0, 0, 30),
    }),
  ],
  [3, ({ client, oneOf }) => ({ do: 'question', who: client(), ms: oneOf(0, 50, 2_000) })],
  [6, ({ client, room }) => ({ do: 'join', who: client(), room: room() })],
  [2, ({ client, room }) => ({ do: 'leave', who: client(), room: room() })],
  [2, ({ client, room }) => ({ do: 'takeIn', who: client(), room: room() })],
  [1, ({ client, room }) => ({ do: 'putOut', who: client(), room: room() })],
  [1, ({ room, below }) => ({ do: 'allow', room: room(), is: below(3) > 0 })],
  [
    7,
    ({ client, oneOf }) => ({ do: 'cut', who: client(), seenBy: oneOf('both', 'both', 'client', 'server') }),
  ],
  [3, ({ client, oneOf }) => ({ do: 'halfOpen', who: client(), loses: oneOf('up', 'down', 'both') })],
  [4, ({ client, below }) => ({ do: 'freeze', who: client(), is: below(5) < 2 })],
  [4, ({ client, below }) => ({ do: 'stall', who: client(), is: below(5) < 2 })],
  [3, ({ client, oneOf }) => ({ do: 'delay', who: client(), figure: oneOf(0, 5, 40, 200) })],
  [
    2,
    ({ client, oneOf }) => ({
      do: 'throttle',
      who: client(),
      figure: oneOf(0, 0, 2_000, 20_000),
    }),
  ],
  [1, ({ client }) => ({ do: 'disconnect', who: client() })],
  [1, ({ client }) => ({ do: 'reopen', who: client() })],
  [1, ({ oneOf }) => ({ do: 'kill', downMs: oneOf(0, 500, 5_000) })],
  [
    1,
    ({ oneOf }) => ({
      do: 'drain',
      downMs: oneOf(0, 500),
      spreadMs: oneOf(100, 5_000),
      graceMs: oneOf(100, 5_000),
    }),
  ],
];
const allWeights = kinds.reduce((sum, [weight]) => sum + weight, 0);

/** Makes the schedule of a seed. */
export function makeSchedule(seed: number): Schedule {
  const random = createSeededRandom(seed);
  const below = (count: number): number => Math.floor(random() * count);
  const oneOf = <TItem>(...items: readonly TItem[]): TItem => items[below(items.length)] as TItem;
  const clients = 1 + below(4);
  const draw: Draw = {
    below,
    oneOf,
    client: () => below(clients),
    room: () => below(rooms.length),
    size: () => oneOf(0, 0, 0, 100, 900),
  };
  const drawStep = (): Step => {
    let left = random() * allWeights;
    for (const [weight, make] of kinds) if ((left -= weight) < 0) return make(draw);
    return { do: 'settle' };
  };
  const isTight = below(2) === 0;
  const delayMs = oneOf(0, 0, 10, 100);
  // most of what goes wrong takes few steps; some takes many
  const count = 5 + below(oneOf(30, 80, mostSteps - 5));
  const joins = Array.from({ length: clients }, (_, who): Step => ({
    do: 'join',
    who,
    room: below(rooms.length),
  }));
  return {
    seed,
    clients,
    isTight,
    delayMs,
    steps: [...joins, ...Array.from({ length: count - clients }, drawStep)],
  };
}
