// What is measured rather than broken: a title, and figures with what they should be.

/** Something that is measured of Wirepact. */
export interface Measure {
  readonly id: string;
  readonly title: string;
  readonly run: (isQuick: boolean, given: Given) => Promise<readonly Figure[]>;
}

/** What the command line says of it. */
interface Given {
  readonly seed: number;
  /** For what can take as long as one likes. */
  readonly minutes: number | undefined;
}

/** One figure, and what it should be. */
export interface Figure {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  readonly atMost?: number;
  readonly atLeast?: number;
}

export function isMissed({ value, atMost = Infinity, atLeast = -Infinity }: Figure): boolean {
  return !(value <= atMost && value >= atLeast);
}

export function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.ceil(sorted.length * share) - 1] ?? 0;
}
