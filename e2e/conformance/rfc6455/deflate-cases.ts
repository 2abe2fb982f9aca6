// Groups 12 and 13: five kinds of text in eighteen sizes with the usual offer, and one kind of text with seven offers.
import { createSeededRandom } from '@wirepact/core/testing';
import type { DeflateOffer } from './deflate.js';

export interface DeflateCase {
  readonly id: string;
  readonly title: string;
  readonly offers: readonly DeflateOffer[];
  /** Letters that stand in JSON as they are. */
  readonly text: string;
  readonly bytes: number;
  /** Larger messages come in fragments of so many bytes. */
  readonly fragmentBytes: number | undefined;
}

const sizes: readonly (readonly [bytes: number, fragmentBytes?: number])[] = [
  ...[16, 64, 256, 1_024, 4_096, 8_192, 16_384, 32_768, 65_536, 131_072].map((bytes) => [bytes] as const),
  ...[8_192, 16_384, 32_768, 65_536, 131_072].map((bytes) => [bytes, 256] as const),
  ...[1_024, 4_096, 32_768].map((fragmentBytes) => [131_072, fragmentBytes] as const),
];

const longest = 131_072;
const random = createSeededRandom(7);
const pick = (letters: string): string => letters[Math.floor(random() * letters.length)] ?? '';
const repeat = (make: () => string): string => {
  let text = '';
  while (text.length < longest) text += make();
  return text.slice(0, longest);
};

const words =
  'the a of to and room client server message line goes comes waits keeps tells again never'.split(' ');
const word = (): string => words[Math.floor(random() * words.length)] ?? '';
/** What compresses badly, a little, well, very well and not at all. */
const texts: readonly (readonly [kind: string, text: string])[] = [
  ['sentences', repeat(() => `${word()} `)],
  [
    'lists of records',
    repeat(() => `{id:${Math.floor(random() * 1e6)},name:'${word()}',open:${random() < 0.5}},`),
  ],
  ['markup', repeat(() => `<li class='${word()}'><b>${word()}</b> ${word()} ${word()}</li>`)],
  ['one letter', '*'.repeat(longest)],
  ['noise', repeat(() => pick('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'))],
];
const sentences = texts[0]?.[1] ?? '';

/** The parameters of group 13, in its order. */
const offers: readonly (readonly [title: string, offers: readonly DeflateOffer[]])[] = [
  ['nothing asked for', [{ clientMaxWindowBits: true }]],
  ['the server forgets', [{ clientMaxWindowBits: true, serverNoContextTakeover: true }]],
  ['the server points back 512 bytes', [{ clientMaxWindowBits: true, serverMaxWindowBits: 9 }]],
  ['the server points back 32 KiB', [{ clientMaxWindowBits: true, serverMaxWindowBits: 15 }]],
  ['both, 512 bytes', [{ clientMaxWindowBits: 9, serverMaxWindowBits: 9, serverNoContextTakeover: true }]],
  ['both, 32 KiB', [{ clientMaxWindowBits: 15, serverMaxWindowBits: 15, serverNoContextTakeover: true }]],
  [
    'several offers, the best first',
    [{ serverNoContextTakeover: true, serverMaxWindowBits: 9 }, { clientNoContextTakeover: true }, {}],
  ],
];

const make = (group: string, title: string, text: string, asked: readonly DeflateOffer[]): DeflateCase[] =>
  sizes.map(([bytes, fragmentBytes], index) => ({
    id: `${group}.${index + 1}`,
    title: `${title}: ${bytes} bytes${fragmentBytes === undefined ? '' : ` in fragments of ${fragmentBytes}`}`,
    ...{ offers: asked, text, bytes, fragmentBytes },
  }));

export const deflateGroups = [
  {
    number: 12,
    name: 'deflated payloads',
    count: 90,
    cases: texts.flatMap(([kind, text], index) =>
      make(`12.${index + 1}`, kind, text, [{ clientMaxWindowBits: true }]),
    ),
  },
  {
    number: 13,
    name: 'offers of compression',
    count: 126,
    cases: offers.flatMap(([title, asked], index) => make(`13.${index + 1}`, title, sentences, asked)),
  },
] as const;
