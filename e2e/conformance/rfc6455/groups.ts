// Every case, by group, with how many a group must have: a case that is lost by mistake is noticed.
import type { Case } from './case.js';
import { closing } from './cases/closing.js';
import { fragmentation } from './cases/fragmentation.js';
import { autoFragment, framing } from './cases/framing.js';
import { limits } from './cases/limits.js';
import { pings } from './cases/pings.js';
import { reservedBits, reservedOpcodes } from './cases/reserved.js';
import { utf8 } from './cases/utf8.js';

export interface Group {
  readonly number: number;
  readonly name: string;
  readonly cases: readonly Case[];
  readonly count: number;
}

export const groups: readonly Group[] = [
  { number: 1, name: 'framing', cases: framing, count: 16 },
  { number: 2, name: 'ping and pong', cases: pings, count: 11 },
  { number: 3, name: 'reserved bits', cases: reservedBits, count: 7 },
  { number: 4, name: 'opcodes', cases: reservedOpcodes, count: 10 },
  { number: 5, name: 'fragmentation', cases: fragmentation, count: 20 },
  { number: 6, name: 'UTF-8', cases: utf8, count: 145 },
  { number: 7, name: 'close', cases: closing, count: 37 },
  { number: 9, name: 'limits', cases: limits, count: 54 },
  { number: 10, name: 'auto-fragment', cases: autoFragment, count: 1 },
];
