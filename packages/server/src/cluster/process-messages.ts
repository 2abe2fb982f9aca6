// What one process tells another about sessions and clients. It is read without trust, because anybody who can write to the
// engine can send it.
import type { WireError } from '@wirepact/core/internal';
import type { AnswerFrame } from '../routing/answer-store.js';
import type { HandledBy } from './handled-elsewhere.js';
import { isPosition } from '../session/hello.js';
import { isOwnCode } from '../connection/own-codes.js';
import { isJson, parseJson, toRecord } from '../read-json.js';
import { findRoomNameFault } from '../rooms/rooms.js';

/** A process has claimed a session, and asks one that had it, or may have. */
export interface HandOver {
  readonly kind: 'hand-over';
  readonly id: string;
  /** Which claim it is. */
  readonly generation: number;
  readonly to: string;
  /** Whether the client is there. */
  readonly isThere: boolean;
}

/** The answer to that: what is known of the session beyond what was put down; nothing, where it is not known. */
export interface HandedOver {
  readonly kind: 'handed-over';
  readonly id: string;
  /** Which process says so, and to which claim. */
  readonly from: string;
  readonly generation: number;
  /** By which claim it had the session. */
  readonly had?: number;
  /** Where the session was, if that is not put down. */
  readonly state?: string;
  readonly done?: string;
  readonly answers?: readonly (readonly [number, readonly AnswerFrame[]])[];
  /** What is still being handled: there, or by others that had the session before. */
  readonly running?: readonly HandledBy[];
  /** The session has ended there: nobody goes on with it. */
  readonly isOver?: boolean;
}

/** A message of a session that is elsewhere by now was handled. */
export interface Handled {
  readonly kind: 'handled';
  readonly id: string;
  readonly number: number;
  readonly frames?: readonly AnswerFrame[];
}

/** Another process has a session by now: it is the one to tell what comes of its messages. */
export interface Wanted {
  readonly kind: 'wanted';
  readonly id: string;
  readonly to: string;
  /** What it is not known of whether it is still handled. */
  readonly numbers: readonly number[];
}

/** A message of a session is not handled by this process, as was thought. */
export interface Lost {
  readonly kind: 'lost';
  readonly id: string;
  readonly number: number;
}

/** The client does not want the answer to a message that this process handles any more. */
export interface Cancel {
  readonly kind: 'cancel';
  readonly id: string;
  readonly number: number;
}

/** A client is to be asked something. */
export interface Question {
  readonly kind: 'ask';
  readonly number: number;
  readonly from: string;
  readonly id: string;
  readonly path: string;
  /** The data, checked and encoded. */
  readonly json?: string | undefined;
  readonly timeoutMs: number;
}

/** What it has answered, as it came: whoever has asked reads it. */
export interface Answer {
  readonly kind: 'answer';
  readonly number: number;
  readonly data?: unknown;
  readonly error?: WireError;
}

/** A question is passed on to the process that has the client by now: whoever asks is told. */
export interface PassedOn {
  readonly kind: 'passed-on';
  readonly number: number;
  readonly to: string;
}

/** How a client is closed. */
export interface Closing {
  readonly reason: string;
  readonly code: number;
  /** Unless it began after that, in ms since the epoch. */
  readonly before?: number;
}

/** A client is to be closed. */
export interface Close extends Closing {
  readonly kind: 'close';
  readonly id: string;
}

/** A client is to be put into a room, or taken out of it. */
export interface Move {
  readonly kind: 'move';
  readonly id: string;
  readonly room: string;
  readonly isIn: boolean;
}

/** What one process says to another alone. */
export type ProcessMessage =
  HandOver | HandedOver | Handled | Wanted | Lost | Cancel | Question | Answer | PassedOn | Close | Move;

type Unchecked = Readonly<Record<string, unknown>>;

const checks: { readonly [K in ProcessMessage['kind']]: (message: Unchecked) => boolean } = {
  'hand-over': ({ id, generation, to, isThere }) =>
    areTexts(id, to) && isPosition(generation) && typeof isThere === 'boolean',
  'handed-over': ({ id, from, generation, had, state, done, answers, running, isOver }) =>
    areTexts(id, from) &&
    isPosition(generation) &&
    (had === undefined || isPosition(had)) &&
    (state === undefined || areTexts(state)) &&
    (done === undefined || areTexts(done)) &&
    (answers === undefined || isListOf(answers, isAnswered)) &&
    (running === undefined || isListOf(running, isHandledBy)) &&
    (isOver === undefined || typeof isOver === 'boolean'),
  handled: ({ id, number, frames }) =>
    areTexts(id) && isPosition(number) && (frames === undefined || areFrames(frames)),
  wanted: ({ id, to, numbers }) => areTexts(id, to) && isListOf(numbers, isPosition),
  lost: ({ id, number }) => areTexts(id) && isPosition(number),
  cancel: ({ id, number }) => areTexts(id) && isPosition(number),
  ask: ({ number, from, id, path, json, timeoutMs }) =>
    isPosition(number) &&
    areTexts(from, id, path) &&
    (json === undefined || isJson(json)) &&
    Number.isFinite(timeoutMs),
  answer: ({ number }) => isPosition(number),
  'passed-on': ({ number, to }) => isPosition(number) && areTexts(to),
  close: ({ id, reason, code, before }) =>
    areTexts(id, reason) && isOwnCode(code) && (before === undefined || Number.isFinite(before)),
  move: ({ id, room, isIn }) =>
    areTexts(id) && findRoomNameFault(room) === undefined && typeof isIn === 'boolean',
};

/** What was said; `undefined` when it is nothing that a process says. */
export function readProcessMessage(text: string): ProcessMessage | undefined {
  const message = toRecord(parseJson(text));
  const { kind } = message;
  const isOne = typeof kind === 'string' && Object.hasOwn(checks, kind);
  return isOne && checks[kind as ProcessMessage['kind']](message)
    ? (message as unknown as ProcessMessage)
    : undefined;
}

/** Whether these are the frames of an answer. Each goes out as it is. */
export function areFrames(frames: unknown): frames is readonly AnswerFrame[] {
  return isListOf(frames, (one) => {
    const { text, n } = toRecord(one);
    return typeof text === 'string' && isFrame(text) && (n === undefined || isPosition(n));
  });
}

function isFrame(text: string): boolean {
  return typeof toRecord(parseJson(text))['path'] === 'string';
}

function isAnswered(pair: unknown): boolean {
  return Array.isArray(pair) && isPosition(pair[0]) && areFrames(pair[1]);
}

function isHandledBy(pair: unknown): boolean {
  return Array.isArray(pair) && pair.length === 2 && isPosition(pair[0]) && areTexts(pair[1]);
}

function areTexts(...values: readonly unknown[]): boolean {
  return values.every((value) => typeof value === 'string');
}

function isListOf(list: unknown, isItem: (item: unknown) => boolean): boolean {
  return Array.isArray(list) && list.every(isItem);
}
