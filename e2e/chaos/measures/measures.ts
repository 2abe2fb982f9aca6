// What is measured, in the order of the table.
import { fuzzLanes, mixedFuzz } from './fuzz.js';
import { leak } from './leak.js';
import type { Measure } from './measure.js';
import { slowReaders } from './slow-readers.js';

export const measures: readonly Measure[] = [slowReaders, leak, mixedFuzz, ...fuzzLanes];
