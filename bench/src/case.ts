// What a case is: a load, at several settings, and the ratios that Wirepact should reach in it.
import type { Contender, Feature } from './contender.js';
import type { Figures, Metric } from './figures.js';
import type { Turn } from './turn.js';

/** A kind of load. */
export interface Case<TSettings extends object = object> {
  /** What `--only` calls it. */
  readonly name: string;
  readonly title: string;
  /** What CPU and throughput are counted by. */
  readonly per: string;
  /** The figure that is drawn. */
  readonly headline: Metric;
  /** What a contender must be able to do, unless a variant needs something else. */
  readonly needs: Feature;
  /** Which contenders take part, where all would take too long. @default all that can */
  readonly among?: readonly string[];
  /** How often it is run at most, where figures hardly differ or one takes long. @default as often as the others */
  readonly mostRounds?: number;
  /** What `at` of the variants counts, where they are points of a curve. */
  readonly axis?: string;
  /** Runs only if `--only` names it. @default false */
  readonly isExtra?: boolean;
  /** A turn that takes longer has failed. @default 180 */
  readonly timeoutSeconds?: number;
  readonly variants: readonly Variant<TSettings>[];
  readonly reach: readonly Reach[];
  /** Runs in the load process of one turn. */
  run(turn: Turn, settings: TSettings): Promise<Figures>;
}

/** A case at one setting. */
export interface Variant<TSettings> {
  readonly name: string;
  readonly settings: TSettings;
  /** For `--quick`, which shows that it works and not how fast. */
  readonly quick: TSettings;
  readonly needs?: Feature;
  /** Where on the case's axis it stands. */
  readonly at?: number;
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
  readonly case: string;
  readonly variant: string;
  readonly contender: string;
  readonly isQuick: boolean;
  /** Where the server's CPU profile goes. */
  readonly profileFile?: string;
}

export function takesPart(
  { name, features }: Contender,
  one: Pick<Case, 'needs' | 'among'>,
  variant: Pick<Variant<object>, 'needs'>,
): boolean {
  return features.includes(variant.needs ?? one.needs) && one.among?.includes(name) !== false;
}
