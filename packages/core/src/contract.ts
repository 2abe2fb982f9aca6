// The contract: what a channel may say of itself, and `defineChannels`, which checks it as a type. The same checks at run
// time are in check-channel.ts; what follows from a contract for those who use it is in infer.ts.
import { checkedChannel, isPlainObject, type Delivery } from './check-channel.js';
import type { ErrorCode } from './errors.js';
import type { SchemaIn, SchemaOut } from './infer.js';
import type { AnySchema } from './schema.js';

export type { Delivery };

/** One channel of a contract. Schemas are any Standard Schema: zod, valibot, arktype, … */
export interface ChannelDefinition {
  /** What the server receives. */
  readonly in?: AnySchema;
  /** What the server sends. */
  readonly out?: AnySchema;
  /** The answer to one request; without it `out` is the answer. Needs `in`. */
  readonly reply?: AnySchema;
  /** One item of many answers. Needs `in`, excludes `reply`. */
  readonly stream?: AnySchema;
  /** The client's answer when the server asks. Needs `out`, excludes `in`, `reply` and `stream`. */
  readonly answer?: AnySchema;
  /** The channel's own error codes, each with the schema of its data. */
  readonly errors?: Readonly<Record<string, AnySchema>> & { readonly [TCode in ErrorCode]?: never };
  /** @default 'reliable' */
  readonly delivery?: Delivery;
  /** For `delivery: 'latest'`: the property whose values are kept apart, so that the newest of each waits. */
  readonly key?: string;
  /** `true`: a message whose outcome is unknown may be sent again. @default false */
  readonly idempotent?: boolean;
}

/** A contract: path → channel. */
export type ChannelDefinitions = Readonly<Record<string, ChannelDefinition>>;

/** A schema in a contract, reduced to its two data types. No validator's type is in it. */
interface AnySlot {
  readonly '~standard': object;
  readonly '~in': unknown;
  readonly '~out': unknown;
}

/** Stands in for a contract that nobody named: every path may be used in every way, and its data is `unknown`. */
export interface AnyChannels {
  readonly [path: string]: {
    readonly in: AnySlot;
    readonly out: AnySlot;
    readonly reply: AnySlot;
    readonly errors: { readonly [code: string]: AnySlot };
    // `any` is both there and not there, so that the same path can be requested and streamed, heard and handled
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
    ? unknown
    : { readonly delivery: `channel "${P}" has a key, which only delivery 'latest' uses` }
  : unknown;

type CheckNames<D> = {
  readonly [K in Exclude<keyof D, keyof ChannelDefinition>]: `unknown key "${K & string}"`;
};

// while T is being inferred it may still be its own constraint, which has nothing to check
type CheckChannels<T> = string extends keyof T
  ? unknown
  : {
      readonly [P in keyof T]: P extends string
        ? CheckPath<P> & CheckShape<P, T[P]> & CheckKey<P, T[P]> & CheckNames<T[P]>
        : 'a path is a string';
    };

/**
 * Defines a contract: what server and client may say to each other, path by path. The result is frozen, and contracts
 * compose by spreading.
 *
 * @example
 * ```ts
 * export const channels = defineChannels({
 *   time: { in: z.void(), out: z.string() },
 *   chat: { in: Draft, out: Message, reply: z.object({ id: z.string() }) },
 * });
 * ```
 * @throws TypeError naming the path of a channel that cannot work, and what to do about it.
 */
export function defineChannels<const T extends ChannelDefinitions>(
  channels: T & CheckChannels<T>,
): {
  // written out and anonymous: hover and declarations stay readable, no validator's type is named in them, and a
  // member is worked out only when somebody looks at it
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
