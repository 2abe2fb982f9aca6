// What is measured, in the order of the table.
import { deflate } from './deflate.js';
import { fuzzLanes, mixedFuzz } from './fuzz.js';
import { halfSent } from './half-sent.js';
import { leak } from './leak.js';
import type { Measure } from './measure.js';
import { resumeStorm } from './resume-storm.js';
import { sharedPublishes } from './shared-publishes.js';
import { slowReaders } from './slow-readers.js';

export const measures: readonly Measure[] = [
  ...[slowReaders, sharedPublishes, resumeStorm, leak],
  ...[mixedFuzz, ...fuzzLanes, halfSent, deflate],
];
