// The contract: what a channel may declare, and `defineChannels`, which checks a contract in the type system.
// check-channel.ts makes the same checks at run time; infer.ts derives from a contract the types that its users need.
import { checkedChannel, isPlainObject, type Delivery } from './check-channel.js';
import type { ErrorCode } from './errors.js';
import type { SchemaIn, SchemaOut } from './infer.js';
import type { AnySchema } from './schema.js';

export type { Delivery };

/**
 * One channel of a contract: the schemas of its messages, and how they are delivered. docs/contract.md explains it.
 * Schemas can come from any Standard Schema library: zod, valibot, arktype and others. They must be synchronous.
 */
export interface ChannelDefinition {
  /** The schema of what the server receives. */
  readonly in?: AnySchema;
  /** The schema of what the server sends. */
  readonly out?: AnySchema;
  /**
   * The schema of the answer to a request. Requires `in`.
   * Without `reply`, the answer has the schema `out`.
   */
  readonly reply?: AnySchema;
  /**
   * The schema of one item of a streamed answer. Requires `in`, excludes `reply`.
   * Clients cannot `send` on a channel that has a `stream`.
   */
  readonly stream?: AnySchema;
  /** The schema of the client's answer when the server asks. Requires `out`; excludes `in`, `reply` and `stream`. */
  readonly answer?: AnySchema;
  /**
   * The channel's own error codes, each with the schema of its data.
   * A code must not be empty or one of the library's own ({@link ErrorCode}).
   */
  readonly errors?: Readonly<Record<string, AnySchema>> & {
    readonly [TCode in ErrorCode]?: `the error code "${TCode}" is the library's own; rename it`;
  };
  /** What happens to an event while its receiver is slow or disconnected. @default 'reliable' */
  readonly delivery?: Delivery;
  /**
   * The property of the data that tells values apart, in `out` or `in`. Only for `delivery: 'latest'`.
   * The newest value waits for each value of this property; without `key`, only the newest value on the path waits.
   */
  readonly key?: string;
  /**
   * Whether handling a message twice does no harm.
   * With `true`, an event, a request or a stream whose outcome is unknown because the session was lost is sent again; a
   * stream only if none of its items was consumed.
   *
   * @default false
   */
  readonly idempotent?: boolean;
}

/** A contract: an object that maps each path to its channel. */
export type ChannelDefinitions = Readonly<Record<string, ChannelDefinition>>;

/** A schema in a contract, reduced to its input and output types. It does not mention the validator's own types. */
interface AnySlot {
  readonly '~standard': object;
  readonly '~in': unknown;
  readonly '~out': unknown;
}

/**
 * Stands in for the contract of a client or hooks that were created without one.
 * Every path may be used in every way, and all data is `unknown`.
 */
export interface AnyChannels {
  readonly [path: string]: {
    readonly in: AnySlot;
    readonly out: AnySlot;
    readonly reply: AnySlot;
    readonly errors: { readonly [code: string]: AnySlot };
    // `any` counts as present and as absent, so the same path can be requested and streamed, listened to and handled
    readonly stream: any;
    readonly answer: any;
  };
}

type CheckPath<P extends string> = P extends ''
  ? 'a path may not be empty'
  : P extends `$${string}`
    ? `path "${P}" is reserved: names that begin with $ belong to the protocol`
    : unknown;

type CheckShape<P extends string, D> = D extends { readonly answer: unknown }
  ? CheckAnswer<P, D>
  : D extends { readonly in: unknown }
    ? D extends { readonly reply: unknown; readonly stream: unknown }
      ? `channel "${P}" has both reply and stream: choose one`
      : unknown
    : D extends { readonly reply: unknown }
      ? { readonly in: `channel "${P}" has a reply, so it needs in` }
      : D extends { readonly stream: unknown }
        ? { readonly in: `channel "${P}" has a stream, so it needs in` }
        : D extends { readonly out: unknown }
          ? unknown
          : `channel "${P}" needs a schema: in, out or both`;

type CheckAnswer<P extends string, D> = D extends
  { readonly in: unknown } | { readonly reply: unknown } | { readonly stream: unknown }
  ? `channel "${P}" has an answer, which the server asks for: it may have no in, reply or stream`
  : D extends { readonly out: unknown }
    ? unknown
    : { readonly out: `channel "${P}" has an answer, so it needs out` };

type CheckKey<P extends string, D> = D extends { readonly key: unknown }
  ? D extends { readonly delivery: 'latest' }
    ? [D['key'] & SentKey<D>] extends [never]
      ? `channel "${P}" has the key "${D['key'] & string}", which is no property of its out or in`
      : unknown
    : `channel "${P}" has a key, which only delivery 'latest' uses`
  : unknown;

// the server tells values apart by what it sends, which is parsed; the client by what it was given, which is not
type SentKey<D> =
  | (D extends { readonly out: infer S } ? KeyOf<SchemaOut<S>> : never)
  | (D extends { readonly in: infer S } ? KeyOf<SchemaIn<S>> : never);

// of the type of a schema that does not say it, every key may be one
type KeyOf<T> = unknown extends T
  ? string
  : [T] extends [never]
    ? string
    : T extends object
      ? keyof T
      : never;

type CheckNames<D> = {
  readonly [K in Exclude<keyof D, keyof ChannelDefinition>]: `unknown key "${K & string}"`;
};

// while TypeScript still infers T, T may be its own constraint, in which there is nothing to check
type CheckChannels<T> = string extends keyof T
  ? unknown
  : {
      readonly [P in keyof T]: P extends string
        ? CheckPath<P> & CheckShape<P, T[P]> & CheckKey<P, T[P]> & CheckNames<T[P]>
        : 'a path is a string';
    };

/**
 * Defines a contract: the messages that a server and its clients may exchange, path by path.
 * The result is frozen. Contracts are combined by spreading: `defineChannels({ ...chat, ...game })`.
 *
 * @example
 * ```ts
 * export const channels = defineChannels({
 *   time: { in: z.void(), out: z.string() },
 *   chat: { in: Draft, out: Message, reply: z.object({ id: z.string() }) },
 * });
 * ```
 * @throws TypeError for a channel that cannot work. Its message names the path and says what to do.
 */
export function defineChannels<const T extends ChannelDefinitions>(
  channels: T & CheckChannels<T>,
): {
  // written out and without a name: hovers and declaration files stay readable and mention no validator's type, and
  // TypeScript computes a member only when something looks at it
  readonly [P in keyof T]: {
    readonly [K in keyof T[P]]: K extends 'in' | 'out' | 'reply' | 'stream' | 'answer'
      ? {
          readonly '~standard': object;
          readonly '~in': SchemaIn<T[P][K]>;
          readonly '~out': SchemaOut<T[P][K]>;
        }
      : K extends 'errors'
        ? {
            readonly [E in keyof T[P][K]]: {
              readonly '~standard': object;
              readonly '~in': SchemaIn<T[P][K][E]>;
              readonly '~out': SchemaOut<T[P][K][E]>;
            };
          }
        : T[P][K];
  };
} {
  if (!isPlainObject(channels)) throw new TypeError('defineChannels takes an object of path → channel');
  const contract = Object.create(null) as Record<string, ChannelDefinition>;
  for (const [path, channel] of Object.entries(channels)) contract[path] = checkedChannel(path, channel);
  return Object.freeze(contract) as never;
}
