// What a server makes of messages, so that one table of cases fits servers that echo everything and servers with a
// protocol of their own.
import { opcodes } from './frame.js';

/** What must come back. */
export interface Answer {
  readonly opcode: number;
  /** For whoever reads of a failure. */
  readonly what: string;
  readonly accepts: (payload: Buffer) => boolean;
}

/** A kind of server. */
export interface Subject {
  /** What stands before and after a text for the server to echo it. */
  readonly head: Buffer;
  readonly tail: Buffer;
  /** More fragments than these are refused with 1008. */
  readonly maxFragments: number;
  /** What answers a whole message. */
  readonly answer: (opcode: number, payload: Buffer) => Answer;
}

/** Sends every message back as it came. */
export const echoSubject: Subject = {
  head: Buffer.alloc(0),
  tail: Buffer.alloc(0),
  maxFragments: Infinity,
  answer: sameMessage,
};

/** Echoes what comes as an event on the path `echo`. All else, binary messages above all, is answered by `bad_frame`. */
export const wirepactSubject: Subject = {
  head: Buffer.from('{"path":"echo","data":"'),
  tail: Buffer.from('"}'),
  maxFragments: 1_024,
  answer(opcode, payload) {
    return opcode === opcodes.text && isEchoed(payload) ? sameMessage(opcode, payload) : badFrame;
  },
};

/** Exactly this many bytes of text, which the server echoes if they are enough for what must stand around it. */
export function fill({ head, tail }: Subject, bytes: number): Buffer {
  const around = head.length + tail.length;
  return bytes < around
    ? Buffer.alloc(bytes, '*')
    : Buffer.concat([head, Buffer.alloc(bytes - around, '*'), tail]);
}

/** Parts of a text that the server echoes when it is whole. */
export function wrap({ head, tail }: Subject, ...parts: readonly (Buffer | string)[]): Buffer[] {
  const wrapped = parts.map((part) => Buffer.from(part as Buffer));
  wrapped[0] = Buffer.concat([head, wrapped[0] ?? head.subarray(0, 0)]);
  wrapped.push(Buffer.concat([wrapped.pop() ?? tail.subarray(0, 0), tail]));
  return wrapped;
}

export function pongOf(payload: Buffer | string = ''): Answer {
  return sameMessage(opcodes.pong, Buffer.from(payload as Buffer));
}

function sameMessage(opcode: number, payload: Buffer): Answer {
  return {
    opcode,
    what: `${payload.length} bytes with opcode ${opcode}`,
    accepts: (answer) => answer.equals(payload),
  };
}

const badFrame: Answer = {
  opcode: opcodes.text,
  what: '$error with bad_frame',
  accepts: (answer) => /^\{"path":"\$error","data":\{"code":"bad_frame",/.test(answer.toString()),
};

/** Whether it is an `echo` frame whose text stands in JSON as it is. */
function isEchoed(payload: Buffer): boolean {
  const { head, tail } = wirepactSubject;
  const end = payload.length - tail.length;
  if (end < head.length || !payload.subarray(0, head.length).equals(head)) return false;
  // what JSON would write otherwise
  return (
    payload.subarray(end).equals(tail) && !/[\0-\x1f"\\]/.test(payload.toString('latin1', head.length, end))
  );
}
