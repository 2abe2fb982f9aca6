// Makes a text or bytes a little different from what they were.
import type { Chance } from './fuzz.js';

const tokens = [
  ...['"', '\\', '{', '}', '[', ']', ':', ',', 'null', 'true', '-', '1e999', '9007199254740992', '__proto__'],
  ...[
    'constructor',
    'prototype',
    '\u0000',
    '\ufeff',
    '\ud800',
    '🙂',
    '\\u0000',
    '\\ud800',
    ' ',
    '\n',
    '$',
    '*',
  ],
  ...[
    '"path"',
    '"data"',
    '"id"',
    '"seq"',
    '"room"',
    '"from"',
    '"error"',
    'then',
    'toString',
    '{"a":'.repeat(40),
  ],
];

type Change = (text: string, chance: Chance) => string;

const changes: readonly Change[] = [
  (text, { below }) => text.slice(0, below(text.length + 1)),
  (text, { below }) => {
    const at = below(text.length + 1);
    return text.slice(0, at) + text.slice(at + 1 + below(8));
  },
  (text, { below, pick }) => {
    const at = below(text.length + 1);
    return text.slice(0, at) + pick(tokens) + text.slice(at);
  },
  (text, { below }) => {
    const at = below(text.length + 1);
    return text.slice(0, at) + String.fromCharCode(below(0x10000)) + text.slice(at + 1);
  },
  (text, { below }) => {
    const from = below(text.length + 1);
    const piece = text.slice(from, from + 1 + below(40));
    return text.slice(0, from) + piece.repeat(1 + below(5)) + text.slice(from);
  },
  (text, { pick }) =>
    text.replace(/-?\d+/, () => pick(['0', '-1', '1e300', '9007199254740991', '4294967296', '0.1'])),
  (text, { below, pick }) => {
    const quoted = text.match(/"[^"]*"/g) ?? [];
    const one = quoted[below(quoted.length)];
    return one === undefined ? text : text.replace(one, () => JSON.stringify(pick(tokens)));
  },
];

/** One to four changes. */
export function mutateText(text: string, chance: Chance): string {
  let mutated = text;
  for (let left = 1 + chance.below(4); left > 0; left -= 1) mutated = chance.pick(changes)(mutated, chance);
  return mutated.slice(0, 100_000);
}

/** One to four bytes that are other ones, fewer or more. */
export function mutateBytes(bytes: Buffer, chance: Chance): Buffer {
  let mutated = Buffer.from(bytes);
  for (let left = 1 + chance.below(4); left > 0; left -= 1) {
    const at = chance.below(mutated.length + 1);
    const what = chance.below(4);
    if (what === 0) mutated = mutated.subarray(0, at);
    else if (what === 1)
      mutated = Buffer.concat([mutated.subarray(0, at), randomBytes(chance, 4), mutated.subarray(at)]);
    else if (what === 2)
      mutated = Buffer.concat([mutated.subarray(0, at), mutated.subarray(at + 1 + chance.below(4))]);
    else if (at < mutated.length) mutated[at]! ^= 1 << chance.below(8);
  }
  return mutated;
}

/** Up to so many. */
export function randomBytes(chance: Chance, atMost: number): Buffer {
  return Buffer.from(Array.from({ length: chance.below(atMost + 1) }, () => chance.below(256)));
}

/** Cut into pieces of one byte, of some, or not at all. */
export function cutUp(bytes: Buffer, chance: Chance): Buffer[] {
  if (chance.often(0.4)) return [bytes];
  // byte by byte a large one would take all the time there is
  const isByteByByte = bytes.length < 2_000 && chance.often(0.3);
  const largest = isByteByByte ? 1 : 1 + chance.below(Math.max(1, bytes.length));
  const pieces: Buffer[] = [];
  for (let at = 0; at < bytes.length;) {
    const size = 1 + chance.below(largest);
    pieces.push(bytes.subarray(at, at + size));
    at += size;
  }
  return pieces;
}
