// Repeatable random numbers: the same seed gives the same numbers on every machine.

/**
 * Creates a `random()` for a manual clock, or for a test's own choices.
 * The same seed gives the same numbers on every machine.
 *
 * @param seed a whole number; only its lowest 32 bits count
 * @returns a function that returns numbers from 0 up to, but not including, 1
 */
export function createSeededRandom(seed: number): () => number {
  let state = seed >>> 0;
  // mulberry32: one step of a Weyl sequence, mixed twice
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
