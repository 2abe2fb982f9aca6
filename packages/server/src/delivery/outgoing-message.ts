// One message on its way to any number of clients: parsed once, encoded once, each form of its frame built at most once.
import { SocketError, type AnySchema, type Delivery } from '@wirepact/core';
import { parse, type Dialect, type FrameHead } from '@wirepact/core/internal';
import { findChannel } from '../routing/find-channel.js';
import type { Hub } from '../hub.js';

/** What must be known of a server to check and encode what it sends. */
export interface OutgoingHost extends Pick<Hub, 'channels' | 'dialect'> {
  readonly options: { readonly limits: Pick<Hub['options']['limits'], 'maxOutgoingBytes'> };
}

/** A message whose data has been checked and encoded. */
export interface EncodedMessage {
  readonly path: string;
  /** The data. */
  readonly json: string | undefined;
  /** The room it is sent to. */
  readonly room: string | undefined;
  readonly delivery: Delivery;
  /** What tells apart the `latest` values that may wait side by side. */
  readonly slot: string;
}

/** A message that may go to many. */
export interface OutgoingMessage extends EncodedMessage {
  /** The frame for a client that speaks the protocol, or for a plain one. It is kept as long as the message is. */
  text(speaksProtocol: boolean): string;
  /** The frame for a plain client, made anew: for what is in a log, where every frame would be the message once more. */
  plainFrame(): string;
  /** The frame with what belongs beside the data. */
  frame(head: FrameHead): string;
}

/**
 * Parses a value on its departure and encodes it.
 *
 * @throws SocketError `invalid_output` when it does not fit, or has no JSON form.
 */
export function encodeOutput(
  schema: AnySchema,
  value: unknown,
  path: string,
  what: string,
): string | undefined {
  return toJson(parseOutput(schema, value, path, what), path, what);
}

/** Checks a value against what the contract says it is. @throws SocketError `invalid_output` */
export function parseOutput(schema: AnySchema, value: unknown, path: string, what: string): unknown {
  const parsed = parse(schema, value, path);
  if (parsed.ok) return parsed.value;
  const [first] = parsed.issues;
  const at = first?.path === undefined ? '' : ` at ${first.path.join('.')}`;
  throw new SocketError(
    'invalid_output',
    `[invalid_output] what was to be sent does not fit "${what}" of channel "${path}"${at}: ${first?.message ?? 'refused'}`,
    { data: { issues: parsed.issues }, path },
  );
}

function toJson(value: unknown, path: string, what: string): string | undefined {
  try {
    return JSON.stringify(value);
  } catch (cause) {
    throw new SocketError(
      'invalid_output',
      `[invalid_output] what "${what}" of channel "${path}" made of the value has no JSON form`,
      { cause, path },
    );
  }
}

/** What is too large holds up all that comes after it, and costs every slow reader its size. @throws SocketError `message_too_large` */
export function checkSize({ options }: OutgoingHost, json: string | undefined, path: string): void {
  const { maxOutgoingBytes } = options.limits;
  // a letter is three bytes at most
  if (json === undefined || json.length * 3 <= maxOutgoingBytes) return;
  const bytes = Buffer.byteLength(json);
  if (bytes <= maxOutgoingBytes) return;
  throw new SocketError(
    'message_too_large',
    `[message_too_large] the data for "${path}" are ${bytes} bytes, and limits.maxOutgoingBytes is ${maxOutgoingBytes}; send less at a time, as a stream for example`,
    { path },
  );
}

/** Makes a message, for one room or for none, of a value of the channel's `out`. @throws SocketError `invalid_output` */
export function createOutgoing(
  hub: OutgoingHost,
  path: string,
  data: unknown,
  room?: string,
): OutgoingMessage {
  const channel = findChannel(hub, path);
  if (channel?.out === undefined) {
    throw new SocketError(
      'invalid_output',
      `[invalid_output] no channel "${path}" with "out" is in the contract`,
      { path },
    );
  }
  const { delivery = 'reliable', key } = channel;
  const value = parseOutput(channel.out, data, path, 'out');
  const json = toJson(value, path, 'out');
  checkSize(hub, json, path);
  const slot = delivery === 'latest' ? JSON.stringify([path, room, keyOf(value, key)]) : path;
  return createMessage(hub.dialect, { path, json, room, delivery, slot });
}

/** Makes a message of what has been checked and encoded. */
export function createMessage(
  dialect: Dialect,
  { path, json, room, delivery, slot }: EncodedMessage,
): OutgoingMessage {
  const plainHead = dialect.namesRooms === true && room !== undefined ? { room } : undefined;
  const plainFrame = (): string => dialect.encode(path, json, plainHead);
  let text: string | undefined;
  let textWithRoom: string | undefined;
  return {
    path,
    json,
    room,
    delivery,
    slot,
    text(speaksProtocol) {
      if (room === undefined || !speaksProtocol) return (text ??= plainFrame());
      return (textWithRoom ??= dialect.encode(path, json, { room }));
    },
    plainFrame,
    frame: (head) => dialect.encode(path, json, head),
  };
}

function keyOf(value: unknown, key: string | undefined): unknown {
  if (key === undefined || typeof value !== 'object' || value === null) return undefined;
  return (value as Record<string, unknown>)[key];
}
