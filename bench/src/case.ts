// What a case is: a load, at several settings, and the ratios that Wirepact should reach in it.
import type { Contender, Feature } from './contender.js';
import type { Figures, Metric } from './figures.js';
import type { Turn } from './turn.js';

/** A kind of load. */
export interface Case<TSettings extends object = object> {
  /** What `--only` calls it. */
  readonly name: Feature;
  readonly title: string;
  /** What CPU and throughput are counted by. */
  readonly per: string;
  /** The figure that is drawn. */
  readonly headline: Metric;
  readonly variants: readonly Variant<TSettings>[];
  readonly reach: readonly Reach[];
  /** Runs in the load process of one turn. */
  run(turn: Turn, settings: TSettings): Promise<Figures>;
}

/** A case at one setting. */
interface Variant<TSettings> {
  readonly name: string;
  readonly settings: TSettings;
  /** For `--quick`, which shows that it works and not how fast. */
  readonly quick: TSettings;
}

/** What Wirepact should reach: a figure, or its ratio to that of a contender or of another variant. */
export interface Reach {
  readonly metric: Metric;
  /** @default every variant */
  readonly variant?: string;
  /** @default Wirepact */
  readonly contender?: string;
  readonly to?: { readonly contender: string } | { readonly variant: string };
  readonly atMost?: number;
  readonly atLeast?: number;
}

/** One case at one setting for one contender: what a load process is started for. */
export interface TurnPlan {
  readonly case: Feature;
  readonly variant: string;
  readonly contender: string;
  readonly isQuick: boolean;
  readonly profileFolder?: string;
}

export function takesPart({ features }: Contender, name: Feature): boolean {
  return features?.includes(name) !== false;
}
