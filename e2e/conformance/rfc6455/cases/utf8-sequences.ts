// Byte sequences that are UTF-8 and that are not, by what is special about them (RFC 3629).

export interface Sequences {
  readonly title: string;
  /** As hexadecimal digits, each with whether it is UTF-8. */
  readonly sequences: readonly (readonly [hex: string, isValid: boolean])[];
}

const valid = (...hexes: readonly string[]): Sequences['sequences'] => hexes.map((hex) => [hex, true]);
const invalid = (...hexes: readonly string[]): Sequences['sequences'] => hexes.map((hex) => [hex, false]);

const hexOf = (text: string): string => Buffer.from(text).toString('hex');
const hexByte = (byte: number): string => byte.toString(16).padStart(2, '0');
const range = (first: number, last: number): number[] =>
  Array.from({ length: last - first + 1 }, (_, index) => first + index);

/** The word that every sample of UTF-8 uses: letters of two and of three bytes. */
export const word = Buffer.from('cebae1bdb9cf83cebcceb5', 'hex');

/** Each byte once, with a space after it. */
const spaced = (first: number, last: number): string =>
  range(first, last)
    .map((byte) => `${hexByte(byte)}20`)
    .join('');

const withoutTheirLast = [
  ...['c0', 'e080', 'f08080', 'f8808080', 'fc80808080'],
  ...['df', 'efbf', 'f7bfbf', 'fbbfbfbf', 'fdbfbfbfbf'],
];

/** U+FFFE and U+FFFF of each of the 17 planes. */
const nonCharacters = range(0, 16).flatMap((plane) =>
  [0xfffe, 0xffff].map((last) => hexOf(String.fromCodePoint(plane * 0x1_0000 + last))),
);

/** Group 6.5 and those after it. */
export const sequencesBySpecialty: readonly Sequences[] = [
  {
    title: 'letters of one to four bytes',
    sequences: valid(
      ...['hello$world', 'hello¢world', 'hello€world', 'hello𤭢world'].map(hexOf),
      word.toString('hex'),
    ),
  },
  {
    title: 'beginnings of a word',
    // only where a letter ends it is UTF-8
    sequences: range(1, word.length).map((length) => [
      word.subarray(0, length).toString('hex'),
      [2, 5, 7, 9, 11].includes(length),
    ]),
  },
  { title: 'the first of each length', sequences: valid('00', 'c280', 'e0a080', 'f0908080') },
  { title: 'the first of five and six bytes', sequences: invalid('f888808080', 'fc8480808080') },
  { title: 'the last of each length', sequences: valid('7f', 'dfbf', 'efbfbf', 'f48fbfbf') },
  {
    title: 'the last of four to six bytes',
    sequences: invalid('f7bfbfbf', 'fbbfbfbfbf', 'fdbfbfbfbfbf'),
  },
  {
    title: 'other boundaries',
    sequences: [...valid('ed9fbf', 'ee8080', 'efbfbd', 'f48fbfbf'), ...invalid('f4908080')],
  },
  {
    title: 'continuations of nothing',
    sequences: invalid(
      ...['80', 'bf', '80bf', '80bf80', '80bf80bf', '80bf80bf80', '80bf80bf80bf'],
      range(0x80, 0xbf).map(hexByte).join(''),
    ),
  },
  {
    title: 'starts without a continuation',
    sequences: invalid(
      ...[spaced(0xc0, 0xdf), spaced(0xe0, 0xef), spaced(0xf0, 0xf7), spaced(0xf8, 0xfb), spaced(0xfc, 0xfd)],
    ),
  },
  { title: 'the last byte is missing', sequences: invalid(...withoutTheirLast) },
  { title: 'all of those in a row', sequences: invalid(withoutTheirLast.join('')) },
  { title: 'impossible bytes', sequences: invalid('fe', 'ff', 'fefeffff') },
  {
    title: 'a slash in too many bytes',
    sequences: invalid('c0af', 'e080af', 'f08080af', 'f8808080af', 'fc80808080af'),
  },
  {
    title: 'the last that needs fewer bytes',
    sequences: invalid('c1bf', 'e09fbf', 'f08fbfbf', 'f887bfbfbf', 'fc83bfbfbfbf'),
  },
  {
    title: 'NUL in too many bytes',
    sequences: invalid('c080', 'e08080', 'f0808080', 'f880808080', 'fc8080808080'),
  },
  {
    title: 'single surrogates',
    sequences: invalid('eda080', 'edadbf', 'edae80', 'edafbf', 'edb080', 'edbe80', 'edbfbf'),
  },
  {
    title: 'surrogates in pairs',
    sequences: invalid(
      ...['eda080edb080', 'eda080edbfbf', 'edadbfedb080', 'edadbfedbfbf'],
      ...['edae80edb080', 'edae80edbfbf', 'edafbfedb080', 'edafbfedbfbf'],
    ),
  },
  { title: 'non-characters', sequences: valid(...nonCharacters) },
  {
    title: 'specials of the first plane',
    sequences: valid(...range(0xfff9, 0xffff).map((code) => hexOf(String.fromCodePoint(code)))),
  },
];
