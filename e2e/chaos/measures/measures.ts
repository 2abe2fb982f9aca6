// What is measured, in the order of the table.
import { leak } from './leak.js';
import type { Measure } from './measure.js';
import { slowReaders } from './slow-readers.js';

export const measures: readonly Measure[] = [slowReaders, leak];
