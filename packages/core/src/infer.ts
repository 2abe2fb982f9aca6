// All types that are derived from a contract: on which paths each call works, and which data it takes or returns.
// `TForm` is the form of the client. 'wire' uses the contract as a type only and sees the JSON form of a value;
// 'parsed' carries the schemas and sees their output.
import type { ChannelError, ErrorCode, SocketError } from './errors.js';
import type { Json, NotJson, Wire } from './json.js';

/**
 * The form of a client: `'wire'` uses the contract as a type only, `'parsed'` carries its schemas at run time.
 * A `'wire'` client receives the JSON form of a value; a `'parsed'` client receives the output of the schema.
 */
export type Form = 'wire' | 'parsed';

// The order of the checks: first the slots of a contract, because contracts are spread into contracts; then zod's own
// property, which is cheap to check; then Standard Schema.

/** The input type of a schema. */
export type SchemaIn<S> = S extends { readonly '~in': infer TIn }
  ? TIn
  : S extends { readonly _zod: { readonly input: unknown } }
    ? S['_zod']['input']
    : S extends { readonly '~standard': { readonly types?: { readonly input: infer TIn } | undefined } }
      ? TIn
      : never;

/** The output type of a schema. */
export type SchemaOut<S> = S extends { readonly '~out': infer TOut }
  ? TOut
  : S extends { readonly _zod: { readonly output: unknown } }
    ? S['_zod']['output']
    : S extends { readonly '~standard': { readonly types?: { readonly output: infer TOut } | undefined } }
      ? TOut
      : never;

// every schema in a contract is such a slot, and checking for the slot alone is cheaper
type SlotIn<S> = S extends { readonly '~in': infer TIn } ? TIn : never;
type SlotOut<S> = S extends { readonly '~out': infer TOut } ? TOut : never;

// Each type of paths ends in a bare `keyof {…}`: otherwise error messages print the whole contract instead of the
// paths.

/** The paths on which the server has a route: those with `in`. */
export type RoutePath<TChannels> = keyof {
  [P in keyof TChannels as TChannels[P] extends { readonly in: unknown } ? P : never]: 0;
};

/** The paths on which the client may `send`: those with `in` and without `stream`. */
export type SendPath<TChannels> = keyof {
  [
    P in keyof TChannels as TChannels[P] extends { readonly in: unknown; readonly stream?: undefined }
      ? P
      : never
  ]: 0;
};

/** The paths on which the server may send and the client may listen: those with `out` and without `answer`. */
export type OutPath<TChannels> = keyof {
  [
    P in keyof TChannels as TChannels[P] extends { readonly out: unknown; readonly answer?: undefined }
      ? P
      : never
  ]: 0;
};

/** The paths on which the client may `request`: those with `in`, and with `reply` or `out`, but without `stream`. */
export type RequestPath<TChannels> = keyof {
  [
    P in keyof TChannels as TChannels[P] extends
      | { readonly in: unknown; readonly reply: unknown }
      | { readonly in: unknown; readonly out: unknown; readonly stream?: undefined }
      ? P
      : never
  ]: 0;
};

/** The paths on which the client may `stream`: those with `stream`. */
export type StreamPath<TChannels> = keyof {
  [P in keyof TChannels as TChannels[P] extends { readonly stream: unknown } ? P : never]: 0;
};

/** The paths on which the server may `request` and the client may `handle`: those with `answer`. */
export type AskPath<TChannels> = keyof {
  [P in keyof TChannels as TChannels[P] extends { readonly answer: unknown } ? P : never]: 0;
};

/** A value, or a promise of it. */
export type Awaitable<T> = T | PromiseLike<T>;

type Args<TData> = undefined extends TData ? [data?: TData] : [data: TData];
type ArgsWith<TData, TOptions> = undefined extends TData
  ? [data?: TData, options?: TOptions]
  : [data: TData, options?: TOptions];

// The other side parses what arrives as JSON with the same schema, so the JSON form must still match the schema's
// input.
type Sent<S> =
  SlotIn<S> extends infer TIn
    ? [TIn] extends [Json | void]
      ? TIn
      : [Wire<TIn>] extends [TIn]
        ? TIn
        : NotJson<'what JSON makes of this value does not fit the schema: give the schema a JSON input, as z.codec does'>
    : never;

// an array that arrives may be changed, whatever the output of the schema promises
type AsReadonly<T> = unknown extends T ? T : { readonly [K in keyof T]: AsReadonly<T[K]> };

type Got<S, TForm> = TForm extends 'wire'
  ? Wire<SlotOut<S>>
  : [Wire<SlotOut<S>>] extends [SlotIn<S>]
    ? SlotOut<S>
    : [Wire<SlotOut<S>>] extends [AsReadonly<SlotIn<S>>]
      ? SlotOut<S>
      : NotJson<'this schema cannot parse again what the server sends: give it a JSON output, or create the client without channels'>;

/** The arguments of the client's `send` after the path, for each path. */
export type SendArgs<TChannels> = {
  [P in keyof TChannels]: TChannels[P] extends { readonly in: infer S } ? Args<Sent<S>> : never;
};

/** The arguments of the client's `request` and `stream` after the path, for each path. */
export type RequestArgs<TChannels, TOptions> = {
  [P in keyof TChannels]: TChannels[P] extends { readonly in: infer S } ? ArgsWith<Sent<S>, TOptions> : never;
};

/** The data that the client's listeners and handlers receive, for each path. */
export type Heard<TChannels, TForm> = {
  [P in keyof TChannels]: TChannels[P] extends { readonly out: infer S } ? Got<S, TForm> : never;
};

/** What the client's `request` resolves to, for each path: `reply`, or `out` without a `reply`. */
export type Reply<TChannels, TForm> = {
  [P in keyof TChannels]: TChannels[P] extends { readonly reply: infer S }
    ? Got<S, TForm>
    : TChannels[P] extends { readonly out: infer S }
      ? Got<S, TForm>
      : never;
};

/** The type of one item of the client's `stream`, for each path. */
export type StreamItem<TChannels, TForm> = {
  [P in keyof TChannels]: TChannels[P] extends { readonly stream: infer S } ? Got<S, TForm> : never;
};

/** What a handler of the client must return, for each path: the input of `answer`, or a promise of it. */
export type HandlerResult<TChannels> = {
  [P in keyof TChannels]: TChannels[P] extends { readonly answer: infer S } ? Awaitable<Sent<S>> : never;
};

/**
 * What the client's `request` rejects with, and what the loop over its `stream` throws, for each path.
 * These are the library's own errors and the errors that the channel declares.
 */
export type Failure<TChannels, TForm> = {
  [P in keyof TChannels]: TChannels[P] extends { readonly errors: infer TErrors }
    ? | SocketError<ErrorCode>
      | { [E in keyof TErrors]: ChannelError<E & string, Got<TErrors[E], TForm>> }[keyof TErrors]
    : SocketError<ErrorCode>;
};

/** The arguments of the server's `send`, `sendToAll` and similar calls after the path, for each path. */
export type OutArgs<TChannels> = {
  [P in keyof TChannels]: TChannels[P] extends { readonly out: infer S } ? Args<SlotIn<S>> : never;
};

/** The arguments of the server's `request` after the path, for each path. */
export type AskArgs<TChannels, TOptions> = {
  [P in keyof TChannels]: TChannels[P] extends { readonly out: infer S }
    ? ArgsWith<SlotIn<S>, TOptions>
    : never;
};

/** What the server's `request` resolves to, for each path: the output of `answer`. */
export type Answer<TChannels> = {
  [P in keyof TChannels]: TChannels[P] extends { readonly answer: infer S } ? SlotOut<S> : never;
};

/**
 * What the server's `request` rejects with, for each path.
 * These are the library's own errors and the errors that the channel declares.
 */
export type AskFailure<TChannels> = {
  [P in keyof TChannels]: TChannels[P] extends { readonly errors: infer TErrors }
    ? | SocketError<ErrorCode>
      | { [E in keyof TErrors]: ChannelError<E & string, SlotOut<TErrors[E]>> }[keyof TErrors]
    : SocketError<ErrorCode>;
};

/** The data that a route receives, for each path: the output of `in`. */
export type RouteData<TChannels> = {
  [P in keyof TChannels]: TChannels[P] extends { readonly in: infer S } ? SlotOut<S> : never;
};

/**
 * What a route must return, for each path: the input of `stream`, `reply` or `out`, whichever the channel has first.
 * A route with a `stream` returns an async iterable, usually by being an async generator.
 */
export type RouteResult<TChannels> = {
  [P in keyof TChannels]: TChannels[P] extends { readonly stream: infer S }
    ? AsyncIterable<SlotIn<S>>
    : TChannels[P] extends { readonly reply: infer S }
      ? Awaitable<SlotIn<S>>
      : TChannels[P] extends { readonly out: infer S }
        ? Awaitable<SlotIn<S> | void>
        : void;
};

/** Creates an error that the channel declares, for a route to throw: `throw fail('MUTED', { untilMs })`. */
export interface Fail<TErrors> {
  <TCode extends keyof TErrors & string>(
    code: TCode,
    ...data: Args<SlotIn<TErrors[TCode]>>
  ): ChannelError<TCode, SlotIn<TErrors[TCode]>>;
}

/** The type of `fail`, for the route of each path. */
export type FailOf<TChannels> = {
  [P in keyof TChannels]: TChannels[P] extends { readonly errors: infer TErrors } ? Fail<TErrors> : Fail<{}>;
};

/** The data that the client's `send`, `request` and `stream` accept on the path `TPath`. */
export type InputOf<TChannels, TPath extends RoutePath<TChannels>> = TPath extends keyof TChannels
  ? TChannels[TPath] extends { readonly in: infer S }
    ? SlotIn<S>
    : never
  : never;

/**
 * The data that a listener on the path `TPath` receives.
 * Pass `'parsed'` as the third argument for a client that carries schemas; the default is `'wire'`.
 */
export type OutputOf<
  TChannels,
  TPath extends OutPath<TChannels> | AskPath<TChannels>,
  TForm extends Form = 'wire',
> = TPath extends keyof TChannels ? Heard<TChannels, TForm>[TPath] : never;

/**
 * What the client's `request` on the path `TPath` resolves to.
 * Pass `'parsed'` as the third argument for a client that carries schemas; the default is `'wire'`.
 */
export type ReplyOf<
  TChannels,
  TPath extends RequestPath<TChannels>,
  TForm extends Form = 'wire',
> = TPath extends keyof TChannels ? Reply<TChannels, TForm>[TPath] : never;

/** A promise that declares, in its type only, what it may reject with. `safe` from the client reads that type. */
export interface Failable<TValue, TError> extends Promise<TValue> {
  /** Never present at run time: it only carries the type of the error. */
  readonly '~error'?: TError;
}
