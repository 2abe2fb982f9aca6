// Notices text that cannot become valid UTF-8 before its message is complete; `ws` checks only complete messages. Messages that
// arrive in one piece are left to `ws`.
import { Utf8Prefix } from './utf8-prefix.js';

const textOpcode = 1;
const binaryOpcode = 2;
/** From here on they are of control frames, which may stand between the frames of a message (RFC 6455 section 5.4). */
const controlOpcodes = 8;

/** Follows the frames of one connection (RFC 6455 section 5.2), with no extension. What is wrong with them is ws's to say. */
export class Utf8Watch {
  /** The header that is still to be completed. */
  #header: Buffer | undefined;
  /** How many bytes of the frame are still to come; at 0 the next frame begins. */
  #left = 0;
  #position = 0;
  #mask = 0;
  #isFinal = false;
  #isControl = false;
  /** Whether the message that is under way is text. */
  #isText = false;
  #prefix: Utf8Prefix | undefined;

  /** Whether nothing is under way that must be remembered. */
  get isIdle(): boolean {
    return this.#left === 0 && !this.#isText && this.#header === undefined;
  }

  /** Takes what was received next. False once the text that is under way cannot become UTF-8 any more. */
  read(chunk: Buffer): boolean {
    const bytes = this.#header === undefined ? chunk : Buffer.concat([this.#header, chunk]);
    this.#header = undefined;
    let at = 0;
    while (at < bytes.length) {
      if (this.#left === 0) {
        const size = this.#begin(bytes, at);
        if (size === 0) {
          this.#header = Buffer.from(bytes.subarray(at));
          return true;
        }
        at += size;
      }
      const end = Math.min(bytes.length, at + this.#left);
      if (!this.#take(bytes, at, end)) return false;
      at = end;
    }
    return true;
  }

  /** Reads the header of a frame. How long it is, or 0 where it is not whole. */
  #begin(bytes: Buffer, at: number): number {
    if (at + 2 > bytes.length) return 0;
    const first = bytes[at] ?? 0;
    const second = bytes[at + 1] ?? 0;
    const length = second & 0x7f;
    const lengthSize = length < 126 ? 0 : length === 126 ? 2 : 8;
    const size = 2 + lengthSize + (second & 0x80 ? 4 : 0);
    if (at + size > bytes.length) return 0;
    if (lengthSize === 0) this.#left = length;
    else this.#left = lengthSize === 2 ? bytes.readUInt16BE(at + 2) : Number(bytes.readBigUInt64BE(at + 2));
    this.#mask = second & 0x80 ? bytes.readUInt32BE(at + size - 4) : 0;
    this.#position = 0;
    this.#isFinal = (first & 0x80) !== 0;
    const opcode = first & 0x0f;
    this.#isControl = opcode >= controlOpcodes;
    if (opcode === textOpcode || opcode === binaryOpcode) {
      this.#isText = opcode === textOpcode;
      this.#prefix = undefined;
    }
    return size;
  }

  #take(bytes: Buffer, start: number, end: number): boolean {
    const taken = end - start;
    const isLast = this.#isFinal && taken === this.#left;
    if (this.#isText && !this.#isControl) {
      if (isLast) this.#isText = false;
      else {
        this.#prefix ??= new Utf8Prefix();
        if (!this.#prefix.take(bytes.subarray(start, end), this.#mask, this.#position)) return false;
      }
    }
    this.#left -= taken;
    this.#position += taken;
    return true;
  }
}
