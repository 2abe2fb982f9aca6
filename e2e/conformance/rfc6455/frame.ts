// The frames of a client, right or wrong, as bytes (RFC 6455 section 5.2).

export const opcodes = { continuation: 0, text: 1, binary: 2, close: 8, ping: 9, pong: 10 } as const;

/** Every field of a frame that a case may want to have wrong. */
export interface FrameFields {
  readonly opcode: number;
  readonly payload?: Buffer | string;
  /** @default true */
  readonly fin?: boolean;
  /** The three reserved bits as a number: 4 is RSV1. @default 0 */
  readonly rsv?: number;
  /** @default true, as a client must */
  readonly masked?: boolean;
}

const maskKey = Buffer.from([0x37, 0xfa, 0x21, 0x3d]);

export function encodeFrame({
  opcode,
  payload = '',
  fin = true,
  rsv = 0,
  masked = true,
}: FrameFields): Buffer {
  const data = Buffer.from(payload as Buffer);
  const first = (fin ? 0x80 : 0) | (rsv << 4) | opcode;
  const head = Buffer.concat([Buffer.from([first]), encodeLength(data.length, masked)]);
  if (!masked) return Buffer.concat([head, data]);
  for (let at = 0; at < data.length; at += 1) data[at]! ^= maskKey[at & 3]!;
  return Buffer.concat([head, maskKey, data]);
}

function encodeLength(length: number, masked: boolean): Buffer {
  const mask = masked ? 0x80 : 0;
  if (length < 126) return Buffer.from([mask | length]);
  const bytes = Buffer.alloc(length < 65_536 ? 3 : 9);
  bytes[0] = mask | (length < 65_536 ? 126 : 127);
  if (length < 65_536) bytes.writeUInt16BE(length, 1);
  else bytes.writeBigUInt64BE(BigInt(length), 1);
  return bytes;
}

export const text = (payload: Buffer | string = ''): Buffer => encodeFrame({ opcode: opcodes.text, payload });
export const binary = (payload: Buffer | string = ''): Buffer =>
  encodeFrame({ opcode: opcodes.binary, payload });
export const ping = (payload: Buffer | string = ''): Buffer => encodeFrame({ opcode: opcodes.ping, payload });
export const pong = (payload: Buffer | string = ''): Buffer => encodeFrame({ opcode: opcodes.pong, payload });

/** The payload of a close frame. */
export function closePayload(code: number, reason: Buffer | string = ''): Buffer {
  const bytes = Buffer.from([code >> 8, code & 0xff]);
  return Buffer.concat([bytes, Buffer.from(reason as Buffer)]);
}

export const close = (code: number, reason: Buffer | string = ''): Buffer =>
  encodeFrame({ opcode: opcodes.close, payload: closePayload(code, reason) });

/** One message as fragments. */
export function fragments(opcode: number, parts: readonly Buffer[]): Buffer[] {
  return parts.map((payload, index) =>
    encodeFrame({
      opcode: index === 0 ? opcode : opcodes.continuation,
      payload,
      fin: index === parts.length - 1,
    }),
  );
}

/** The same bytes in pieces of at most `size`. */
export function split(bytes: Buffer, size: number): Buffer[] {
  const pieces = Array.from({ length: Math.ceil(bytes.length / size) }, (_, index) =>
    bytes.subarray(index * size, (index + 1) * size),
  );
  return pieces.length === 0 ? [bytes] : pieces;
}
