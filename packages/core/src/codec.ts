// Converts between text and frames for `{path, data}` JSON. Decoding returns a result and never throws; `data` stays
// `unknown`.
import type { Frame, FrameHead } from './frames.js';

/** A frame, or the reason why the text is not one. */
export type Decoded =
  { readonly ok: true; readonly frame: Frame } | { readonly ok: false; readonly why: string };

/** The greatest length of a path, in characters. A frame with a longer one is invalid. */
export const maxPathLength = 256;

/** Decodes one text frame. Unknown keys are ignored. */
export function decodeFrame(text: string): Decoded {
  const parsed = parseObject(text);
  if (!parsed.ok) return parsed;
  return toFrame(parsed.value);
}

/** Parses JSON text that must be an object, or returns the reason why it is not one. */
export function parseObject(
  text: string,
):
  | { readonly ok: true; readonly value: Record<string, unknown> }
  | { readonly ok: false; readonly why: string } {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return { ok: false, why: 'the message is not JSON' };
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return { ok: false, why: 'the message is not a JSON object' };
  }
  return { ok: true, value: value as Record<string, unknown> };
}

/** Checks the keys that every frame needs. The data is left to the schema. */
export function toFrame(value: Record<string, unknown>): Decoded {
  const { path, id } = value;
  if (typeof path !== 'string' || path === '') return { ok: false, why: 'the message has no path' };
  if (path.length > maxPathLength)
    return { ok: false, why: `the path is longer than ${maxPathLength} characters` };
  if (id !== undefined && typeof id !== 'string' && !Number.isSafeInteger(id)) {
    return { ok: false, why: 'the id is neither a string nor a whole number' };
  }
  return { ok: true, frame: value as unknown as Frame };
}

/**
 * Builds a frame from data that is already JSON, so that data is encoded only once for many receivers and several
 * dialects.
 */
export function encodeFrame(path: string, json: string | undefined, head?: FrameHead): string {
  const data = json === undefined ? '' : `,"data":${json}`;
  return `{"path":${JSON.stringify(path)}${data}${encodeHead(head)}}`;
}

/** The keys of a frame other than path and data, each with a comma before it. */
export function encodeHead(head: FrameHead | undefined): string {
  if (head === undefined) return '';
  let text = '';
  if (head.room !== undefined) text += `,"room":${JSON.stringify(head.room)}`;
  if (head.at !== undefined) text += `,"at":${head.at}`;
  if (head.after !== undefined) text += `,"after":${head.after}`;
  if (head.id !== undefined) text += `,"id":${JSON.stringify(head.id)}`;
  if (head.error !== undefined) text += `,"error":${JSON.stringify(head.error)}`;
  if (head.more === true) text += ',"more":true';
  if (head.n !== undefined) text += `,"n":${head.n}`;
  if (head.end === true) text += ',"end":true';
  return text;
}
