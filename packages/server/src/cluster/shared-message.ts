// Messages as they travel between processes: the sending process has validated and encoded what every client receives.
import type { Delivery } from '@wirepact/core';
import type { Dialect } from '@wirepact/core/internal';
import { everyoneName } from '../delivery/log.js';
import { parseJson } from '../read-json.js';
import { createMessage, type OutgoingMessage } from '../delivery/outgoing-message.js';

/** A message and the session that it is not for. */
export interface SharedMessage {
  readonly message: OutgoingMessage;
  readonly exceptId: string | undefined;
}

/** What stands in the text of one. */
interface SharedText {
  readonly path: string;
  readonly json: string | undefined;
  readonly slot: string;
  readonly exceptId: string | undefined;
}

/** The first line says what it is, the rest is the data as it goes out. */
export function encodeShared(
  { path, json = '', delivery, slot }: OutgoingMessage,
  exceptId?: string,
): string {
  const head = [path, exceptId ?? null, delivery === 'latest' ? slot : null];
  return `${JSON.stringify(head)}\n${json}`;
}

/** A position and nothing else. */
export const nothingShared: string = `${JSON.stringify(['', everyoneName, null])}\n`;

/** What was sent; `undefined` when it is no message. */
export function readShared(body: string): SharedText | undefined {
  const end = body.indexOf('\n');
  const head = parseJson(body.slice(0, Math.max(0, end)));
  if (!Array.isArray(head)) return undefined;
  const [path, except, slot] = head as readonly unknown[];
  if (typeof path !== 'string' || (path.startsWith('$') && path !== '$error')) return undefined;
  const json = end + 1 === body.length ? undefined : body.slice(end + 1);
  // it becomes a part of frames as it is: what is no JSON could end one and begin another
  if (json !== undefined && parseJson(json) === undefined) return undefined;
  return {
    path,
    json,
    slot: typeof slot === 'string' ? slot : path,
    exceptId: typeof except === 'string' ? except : undefined,
  };
}

/**
 * Makes a message, for a room or for none, of what was sent; `undefined` when it is none. The path need not be in this
 * process's contract: while a new version is rolled out another one knows more.
 */
export function decodeShared(
  dialect: Dialect,
  body: string,
  room: string | undefined,
  delivery: Delivery,
): SharedMessage | undefined {
  const shared = readShared(body);
  if (shared === undefined) return undefined;
  const { path, json, slot, exceptId } = shared;
  return { message: createMessage(dialect, { path, json, room, delivery, slot }), exceptId };
}
