// The shape of the wire: a curve between two posts, and where the birds sit on it.
export interface Seat {
  /** In percent of the width. */
  readonly x: number;
  /** In px below the posts. */
  readonly y: number;
}

/** How far the middle hangs below the ends, in px. */
const sag = 20;

/** The wire as an SVG path in a box that is 100 wide: a parabola, which is a quadratic curve. */
export const wholeWire = `M0 2 Q50 ${2 + 2 * sag} 100 2`;
export const brokenWire = [`M0 2 C14 6 28 16 36 ${sag + 28}`, `M100 2 C86 6 72 16 64 ${sag + 28}`] as const;

/** Spreads `count` birds over the wire, with some space beside the posts. */
export function seats(count: number): readonly Seat[] {
  return Array.from({ length: count }, (_, index) => {
    const t = 0.06 + (0.88 * (index + 0.5)) / count;
    return { x: 100 * t, y: 2 + 4 * sag * t * (1 - t) };
  });
}
