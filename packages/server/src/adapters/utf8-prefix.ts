// Whether a text that arrives in pieces can still become valid UTF-8. Node checks whole texts many times faster than a loop
// over bytes, so an incomplete character at the end of a piece is completed before the check.
import { isUtf8 } from 'node:buffer';

/** The letter that was left open goes before what comes next, and that begins a word. */
const start = 4;
const pieceBytes = 65_536;
/** Where pieces are unmasked: what was received is ws's, and is left as it is. */
const room = Buffer.from(new ArrayBuffer(start + pieceBytes + 4));
const words = new Int32Array(room.buffer);
const maskWord = new Int32Array(1);
const maskBytes = new Uint8Array(maskWord.buffer);
const none = Buffer.alloc(0);

/** What came of a text so far. */
export class Utf8Prefix {
  /** The beginning of a letter, with which it ends. */
  #open: Buffer = none;

  /**
   * Takes some bytes of a frame, which `mask` hides (RFC 6455 section 5.3) and of which the first stands at `position` in it.
   * Whether the text may still become UTF-8; once it cannot, no more may be taken.
   */
  take(bytes: Buffer, mask: number, position: number): boolean {
    for (let done = 0; done < bytes.length; done += pieceBytes) {
      const length = bytes.copy(room, start, done, done + pieceBytes);
      unmask(length, mask, position + done);
      if (!this.#follow(start + length)) return false;
    }
    return true;
  }

  #follow(end: number): boolean {
    const from = start - this.#open.length;
    this.#open.copy(room, from);
    const open = findOpen(from, end);
    this.#open = open === end ? none : Buffer.from(room.subarray(open, end));
    return isUtf8(room.subarray(from, complete(open, end)));
  }
}

function unmask(length: number, mask: number, position: number): void {
  // the first byte of the mask is the highest of the number
  for (let index = 0; index < 4; index += 1) maskBytes[index] = mask >>> (24 - 8 * ((position + index) & 3));
  const [word = 0] = maskWord;
  if (word === 0) return;
  const last = (start + length + 3) >>> 2;
  for (let index = start / 4; index < last; index += 1) {
    words[index] = (words[index] ?? 0) ^ word;
  }
}

/** Where a letter begins that is not whole; `end` where there is none. */
function findOpen(from: number, end: number): number {
  for (let at = end - 1; at >= Math.max(from, end - 3); at -= 1) {
    const byte = room.readUInt8(at);
    const isInside = (byte & 0xc0) === 0x80;
    if (!isInside) return at + sizeOf(byte) > end ? at : end;
  }
  return end;
}

/** Completes the letter that begins there by the least bytes that may follow (RFC 3629 section 4). Where it ends. */
function complete(open: number, end: number): number {
  if (open === end) return end;
  const first = room.readUInt8(open);
  const size = sizeOf(first);
  room.fill(0x80, end, open + size);
  if (end === open + 1 && size > 2) room[end] = first === 0xe0 ? 0xa0 : first === 0xf0 ? 0x90 : 0x80;
  return open + size;
}

/** Of how many bytes the letter is that begins with this one. */
function sizeOf(first: number): number {
  return first < 0xc0 ? 1 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
}
