// Reads what a server sends back into whole messages, and notices what a server must not send.
import { opcodes } from './frame.js';

/** A whole message or a control frame. */
export interface Message {
  readonly opcode: number;
  readonly payload: Buffer;
  /** Its payload is deflated (RFC 7692 section 6). */
  readonly isDeflated?: true;
}

export class FrameReader {
  /** Whether permessage-deflate was agreed on: then RSV1 may be set on the first fragment of a message. */
  readonly #takesDeflated: boolean;
  readonly #chunks: Buffer[] = [];
  #buffered = 0;
  #needed = 2;
  #fragments: Buffer[] = [];
  #fragmentedOpcode: number | undefined;
  #isDeflated = false;
  /** What the server did wrong, if it did. Nothing is read after it. */
  fault: string | undefined;

  constructor(takesDeflated = false) {
    this.#takesDeflated = takesDeflated;
  }

  /** The messages that are whole with this chunk. */
  read(chunk: Buffer): Message[] {
    this.#chunks.push(chunk);
    this.#buffered += chunk.length;
    const messages: Message[] = [];
    while (this.fault === undefined && this.#buffered >= this.#needed) {
      const message = this.#readFrame();
      if (message === 'incomplete') break;
      if (message !== undefined) messages.push(message);
    }
    return messages;
  }

  #readFrame(): Message | undefined | 'incomplete' {
    const bytes = this.#chunks.length === 1 ? this.#chunks[0]! : Buffer.concat(this.#chunks);
    this.#chunks.splice(0, Infinity, bytes);
    const first = bytes[0]!;
    const short = bytes[1]! & 0x7f;
    const headBytes = short === 126 ? 4 : short === 127 ? 10 : 2;
    if (bytes.length < headBytes) return this.#wait(headBytes);
    const length = headBytes === 2 ? short : readLength(bytes, headBytes);
    const total = headBytes + length;
    const mayDeflate = this.#takesDeflated && (first & 0x0f) > 0 && (first & 0x0f) < 8;
    this.fault = findFault(mayDeflate ? first & 0xbf : first, bytes[1]!, length, headBytes);
    if (this.fault !== undefined) return undefined;
    if (bytes.length < total) return this.#wait(total);
    this.#chunks.splice(0, Infinity, bytes.subarray(total));
    this.#buffered -= total;
    this.#needed = 2;
    return this.#assemble(first, bytes.subarray(headBytes, total));
  }

  #wait(bytes: number): 'incomplete' {
    this.#needed = bytes;
    return 'incomplete';
  }

  #assemble(first: number, payload: Buffer): Message | undefined {
    const opcode = first & 0x0f;
    if (opcode >= 8) return { opcode, payload };
    if ((opcode === opcodes.continuation) !== (this.#fragmentedOpcode !== undefined)) {
      this.fault = 'a fragment out of order';
      return undefined;
    }
    if (opcode !== opcodes.continuation) this.#isDeflated = (first & 0x40) !== 0;
    this.#fragmentedOpcode ??= opcode;
    this.#fragments.push(payload);
    if ((first & 0x80) === 0) return undefined;
    const message: Message = {
      opcode: this.#fragmentedOpcode,
      payload: Buffer.concat(this.#fragments),
      ...(this.#isDeflated && { isDeflated: true }),
    };
    this.#fragments = [];
    this.#fragmentedOpcode = undefined;
    return message;
  }
}

function readLength(bytes: Buffer, headBytes: number): number {
  return headBytes === 4 ? bytes.readUInt16BE(2) : Number(bytes.readBigUInt64BE(2));
}

function findFault(first: number, second: number, length: number, headBytes: number): string | undefined {
  const opcode = first & 0x0f;
  if ((first & 0x70) !== 0) return 'a reserved bit is set';
  if ((second & 0x80) !== 0) return 'a server must not mask';
  if (opcode > 10 || (opcode > 2 && opcode < 8)) return `there is no opcode ${opcode}`;
  if (opcode >= 8 && ((first & 0x80) === 0 || length > 125))
    return 'a control frame is too long or in pieces';
  if (opcode === opcodes.close && length === 1) return 'a close frame of one byte';
  if (headBytes > (length < 126 ? 2 : length < 65_536 ? 4 : 10))
    return 'a length in more bytes than it needs';
  return undefined;
}
