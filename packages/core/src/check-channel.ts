// Checks the channels of a contract at run time. contract.ts has the same rules as types.
import { maxPathLength } from './codec.js';
import { errorCodes } from './errors.js';
import { isSchema, type AnySchema } from './schema.js';

const schemaKeys = ['in', 'out', 'reply', 'stream', 'answer'] as const;
const deliveries = ['reliable', 'latest', 'volatile'] as const;
// a function, because bundlers keep a spread list even if nothing reads it
const channelKeys = (): readonly string[] => [...schemaKeys, 'errors', 'delivery', 'key', 'idempotent'];

/**
 * What happens to an event while its receiver is slow or disconnected.
 * - `'reliable'`: events wait in order, up to a bound;
 * - `'latest'`: only the newest value per path, and per room and `key`, waits;
 * - `'volatile'`: events are dropped.
 *
 * Delivery is explained in docs/contract.md.
 */
export type Delivery = (typeof deliveries)[number];

/**
 * Returns a frozen copy of one channel.
 *
 * @throws TypeError for a channel that cannot work. Its message names the path and says what to do.
 */
export function checkedChannel(path: string, channel: unknown): Readonly<Record<string, unknown>> {
  checkPath(path);
  if (!isPlainObject(channel)) {
    throw new TypeError(`channel "${path}" is not an object; write { in: … }, { out: … } or both`);
  }
  const copy = Object.create(null) as Record<string, unknown>;
  for (const [key, value] of Object.entries(channel)) {
    if (!channelKeys().includes(key)) {
      throw new TypeError(
        `channel "${path}" has an unknown key "${key}"; a channel knows ${channelKeys().join(', ')}`,
      );
    }
    if (value !== undefined) copy[key] = value;
  }
  for (const key of schemaKeys) if (key in copy) checkSchema(copy[key], `"${key}" of channel "${path}"`);
  checkShape(path, copy);
  checkDelivery(path, copy);
  if ('errors' in copy) copy.errors = checkedErrors(path, copy.errors);
  return Object.freeze(copy);
}

function checkPath(path: string): void {
  if (path === '') throw new TypeError('a path may not be empty; give the channel "" a name');
  if (path.startsWith('$')) {
    throw new TypeError(
      `path "${path}" is reserved: names that begin with $ belong to the protocol; rename it`,
    );
  }
  if (path.length > maxPathLength) {
    throw new TypeError(
      `path "${path.slice(0, 32)}…" has ${path.length} characters; shorten it to ${maxPathLength} or fewer`,
    );
  }
}

function checkSchema(value: unknown, what: string): void {
  if (isSchema(value)) return;
  throw new TypeError(
    `${what} is no Standard Schema; give it one of zod 4, valibot, arktype or another such library`,
  );
}

function checkShape(path: string, channel: Record<string, unknown>): void {
  const { in: input, out, reply, stream, answer } = channel;
  if (answer && (input || reply || stream)) {
    throw new TypeError(
      `channel "${path}" has an answer, which the server asks for; remove in, reply and stream, or make it two channels`,
    );
  }
  if (answer && !out)
    throw new TypeError(`channel "${path}" has an answer; add out, which is what the server asks with`);
  if (reply && stream) throw new TypeError(`channel "${path}" has both reply and stream; choose one`);
  if (reply && !input)
    throw new TypeError(`channel "${path}" has a reply; add in, which is what it replies to`);
  if (stream && !input)
    throw new TypeError(`channel "${path}" has a stream; add in, which is what asks for it`);
  if (!input && !out) throw new TypeError(`channel "${path}" has no schema; add in, out or both`);
}

function checkDelivery(path: string, { delivery, key, idempotent }: Record<string, unknown>): void {
  if (delivery !== undefined && !(deliveries as readonly unknown[]).includes(delivery)) {
    throw new TypeError(
      `channel "${path}" has the delivery ${JSON.stringify(delivery)}; choose ${deliveries.join(', ')}`,
    );
  }
  if (key !== undefined && (typeof key !== 'string' || key === '')) {
    throw new TypeError(`channel "${path}" has a key that is no property name; write it as a string`);
  }
  if (key !== undefined && delivery !== 'latest') {
    throw new TypeError(
      `channel "${path}" has a key, which only delivery: 'latest' uses; add that or remove the key`,
    );
  }
  if (idempotent !== undefined && typeof idempotent !== 'boolean') {
    throw new TypeError(
      `channel "${path}" has an idempotent that is neither true nor false; write one of them`,
    );
  }
}

function checkedErrors(path: string, errors: unknown): Readonly<Record<string, AnySchema>> {
  if (!isPlainObject(errors)) {
    throw new TypeError(
      `channel "${path}" has errors that are no object; write { CODE: schema of its data }`,
    );
  }
  for (const [code, schema] of Object.entries(errors)) {
    if (code === '')
      throw new TypeError(`channel "${path}" has an error without a code; name it, as in MUTED`);
    if (Object.hasOwn(errorCodes, code)) {
      throw new TypeError(
        `channel "${path}" declares the error "${code}", which is a code of the library; rename it`,
      );
    }
    checkSchema(schema, `error "${code}" of channel "${path}"`);
  }
  return Object.freeze(Object.assign(Object.create(null) as Record<string, AnySchema>, errors));
}

/**
 * Whether `value` is a plain object: its prototype is `Object.prototype` or `null`, unlike that of a class instance.
 */
export function isPlainObject(value: unknown): value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}
