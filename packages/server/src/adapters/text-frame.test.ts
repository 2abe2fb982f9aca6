import { fc, test } from '@fast-check/vitest';
import { describe, expect, it } from 'vitest';
import * as ws from 'ws';
import { frameText } from './text-frame.js';

// exported by ws, and missing from its types
const { Sender } = ws as unknown as { Sender: { frame(data: Buffer, options: object): Buffer[] } };

/** What `ws` makes of the same text. */
function reference(text: string): Buffer {
  const options = { fin: true, rsv1: false, opcode: 1, mask: false, readOnly: false };
  return Buffer.concat(Sender.frame(Buffer.from(text), options));
}

describe('frameText', () => {
  it.each([0, 1, 125, 126, 127, 65_535, 65_536, 70_000])('frames %i bytes as ws does', (length) => {
    const text = 'x'.repeat(length);
    expect(frameText(text).equals(reference(text))).toBe(true);
  });

  it.each(['é'.repeat(63), '€'.repeat(42), '€'.repeat(21_846), '😀', '\ud800'])(
    'counts the bytes of %.10s… and not its characters',
    (text) => {
      expect(frameText(text).equals(reference(text))).toBe(true);
    },
  );

  test.prop([fc.string({ unit: 'binary', maxLength: 300 })])('frames any text as ws does', (text) => {
    expect(frameText(text).equals(reference(text))).toBe(true);
  });
});
