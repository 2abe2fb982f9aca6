// Everything that is fuzzed, and how often: in the tests, and when there is time.
import { clientFrames } from './client-frames.js';
import { engineMessages } from './engine-messages.js';
import type { Target } from './fuzz.js';
import { hellos, sharedHellos } from './hellos.js';
import { messages } from './messages.js';
import { rawFrames } from './raw-frames.js';

export interface Lane {
  readonly target: Target;
  readonly quick: number;
  readonly long: number;
}

export const lanes: readonly Lane[] = [
  { target: messages, quick: 50_000, long: 5_000_000 },
  { target: rawFrames, quick: 20_000, long: 500_000 },
  { target: engineMessages, quick: 20_000, long: 500_000 },
  { target: hellos, quick: 10_000, long: 500_000 },
  { target: sharedHellos, quick: 5_000, long: 250_000 },
  { target: clientFrames, quick: 20_000, long: 1_000_000 },
];
