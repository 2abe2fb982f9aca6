// Chance that can be repeated: the same seed gives the same numbers, on every machine.

/**
 * Makes a `random()` for a manual clock or a test's own choices.
 *
 * @param seed a whole number; only its lowest 32 bits count
 * @returns a function that gives numbers from 0 to below 1
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
