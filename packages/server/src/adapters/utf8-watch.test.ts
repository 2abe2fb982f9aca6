import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Utf8Watch } from './utf8-watch.js';

interface Frame {
  readonly opcode: number;
  readonly payload: Uint8Array;
  readonly isFinal: boolean;
  readonly mask: Uint8Array | undefined;
}

const opcodes = { continuation: 0, text: 1, binary: 2, ping: 9 };

function encode({ opcode, payload, isFinal, mask }: Frame): Buffer {
  const { length } = payload;
  const size = length < 126 ? length : length < 65_536 ? 126 : 127;
  const extended = Buffer.alloc(size === 126 ? 2 : size === 127 ? 8 : 0);
  if (size === 126) extended.writeUInt16BE(length);
  if (size === 127) extended.writeBigUInt64BE(BigInt(length));
  const head = Buffer.from([(isFinal ? 0x80 : 0) | opcode, (mask ? 0x80 : 0) | size]);
  const masked = mask ? payload.map((byte, index) => byte ^ mask[index & 3]!) : payload;
  return Buffer.concat([head, extended, mask ?? new Uint8Array(), masked]);
}

/** The same bytes in pieces of these lengths, over and over. */
function cut(bytes: Uint8Array, lengths: readonly number[]): Uint8Array[] {
  const pieces: Uint8Array[] = [];
  for (let at = 0; at < bytes.length; at += pieces.at(-1)!.length) {
    pieces.push(bytes.subarray(at, at + lengths[pieces.length % lengths.length]!));
  }
  return pieces;
}

/** How many bytes it takes until it is clear that these are no UTF-8; `Infinity` where that is never clear. */
function clearAfter(bytes: Uint8Array): number {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  const isWrong = (byte: number): boolean => {
    try {
      decoder.decode(Uint8Array.of(byte), { stream: true });
      return false;
    } catch {
      return true;
    }
  };
  const at = bytes.findIndex(isWrong);
  return at === -1 ? Infinity : at + 1;
}

const masks = fc.option(fc.uint8Array({ minLength: 4, maxLength: 4 }), { nil: undefined });
const lengths = fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 5 });
const letters = fc.constantFrom('a', 'é', '€', '🙂', '\u{10FFFF}', '\ud7ff', '\ue000', 'x'.repeat(130));
const texts = fc.array(letters, { maxLength: 8 }).map((all) => Buffer.from(all.join('')));
const anyBytes = fc.uint8Array({ maxLength: 40 });
/** A beginning that is right, so that what is wrong comes late. */
const wrongTexts = fc.tuple(texts, anyBytes).map((parts) => Buffer.concat(parts));

/** The frames of a message, with pings of what is no UTF-8 in between. */
const framesOf = (opcode: number, payloads: fc.Arbitrary<Uint8Array>): fc.Arbitrary<Frame[]> =>
  fc
    .tuple(payloads, lengths, fc.array(masks, { minLength: 1 }), fc.array(fc.boolean(), { minLength: 1 }))
    .map(([payload, fragments, keys, pings]) => {
      const parts = payload.length === 0 ? [payload] : cut(payload, fragments);
      return parts.flatMap((part, index): Frame[] => {
        const mask = keys[index % keys.length];
        const isFinal = index === parts.length - 1;
        const frame = { opcode: index === 0 ? opcode : opcodes.continuation, payload: part, isFinal, mask };
        const ping = { opcode: opcodes.ping, payload: Uint8Array.of(0xff, 0xc0), isFinal: true, mask };
        return pings[index % pings.length] ? [ping, frame] : [frame];
      });
    });

const right = fc.oneof(framesOf(opcodes.text, texts), framesOf(opcodes.binary, anyBytes));

describe('what is received', () => {
  it('is never refused where all text is UTF-8, however it is cut up', () => {
    fc.assert(
      fc.property(fc.array(right, { maxLength: 4 }), lengths, (messages, pieces) => {
        const watch = new Utf8Watch();
        const bytes = Buffer.concat(messages.flat().map(encode));
        expect(cut(bytes, pieces).map((piece) => watch.read(Buffer.from(piece)))).not.toContain(false);
        expect(watch.isIdle).toBe(true);
      }),
    );
  });

  it('is refused by the byte that makes a text wrong, unless it is the last one, with which ws looks', () => {
    fc.assert(
      fc.property(right, framesOf(opcodes.text, wrongTexts), lengths, (before, frames, pieces) => {
        const ofText = frames.filter(({ opcode }) => opcode !== opcodes.ping);
        const payload = Buffer.concat(ofText.map((frame) => frame.payload));
        const wrongAfter = clearAfter(payload);
        const start = Buffer.concat(before.map(encode));
        // where in the stream that byte is
        let end = start.length;
        let left = wrongAfter;
        for (const frame of frames) {
          const size = encode(frame).length;
          const { length } = frame.opcode === opcodes.ping ? [] : frame.payload;
          if (length >= left) {
            end += size - length + left;
            break;
          }
          left -= length;
          end += size;
        }
        const bytes = Buffer.concat([start, ...frames.map(encode)]);
        const watch = new Utf8Watch();
        let taken = 0;
        for (const piece of cut(bytes, pieces)) {
          taken += piece.length;
          const isRight = watch.read(Buffer.from(piece));
          if (taken === bytes.length) return;
          expect(isRight).toBe(taken < end);
          if (!isRight) return;
        }
      }),
    );
  });

  it('may be a message of any length', () => {
    for (const length of [125, 126, 65_535, 65_536, 200_000]) {
      const payload = Buffer.from('é'.repeat(length / 2 + 1)).subarray(0, length);
      const mask = Uint8Array.of(1, 2, 3, 4);
      const frame = encode({ opcode: opcodes.text, payload, isFinal: false, mask });
      const wrong = encode({
        opcode: opcodes.continuation,
        payload: Uint8Array.of(0xff),
        isFinal: false,
        mask,
      });
      const watch = new Utf8Watch();
      expect([watch.read(frame), watch.read(wrong)]).toEqual([true, false]);
    }
  });
});
