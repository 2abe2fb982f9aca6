// Every type that follows from a contract: which paths can be used how, and what data goes with each.
// `TForm` says which client is meant: 'wire' has types only and sees what JSON makes of a value, 'parsed' carries the
// schemas and sees their output.
import type { ChannelError, ErrorCode, SocketError } from './errors.js';
import type { Json, NotJson, Wire } from './json.js';

/** Which form of the client is meant: types only, or with schemas at run time. */
export type Form = 'wire' | 'parsed';

// an erased slot first, since contracts are spread into contracts; zod's own record next, since it is cheap; then the standard's

/** What `schema` takes. */
export type SchemaIn<S> = S extends { readonly '~in': infer TIn }
  ? TIn
  : S extends { readonly _zod: { readonly input: unknown } }
    ? S['_zod']['input']
    : S extends { readonly '~standard': { readonly types?: { readonly input: infer TIn } | undefined } }
      ? TIn
      : never;

/** What `schema` makes of what it takes. */
export type SchemaOut<S> = S extends { readonly '~out': infer TOut }
  ? TOut
  : S extends { readonly _zod: { readonly output: unknown } }
    ? S['_zod']['output']
    : S extends { readonly '~standard': { readonly types?: { readonly output: infer TOut } | undefined } }
      ? TOut
      : never;

// in a contract every schema is such a slot, and asking for it alone is cheaper
type SlotIn<S> = S extends { readonly '~in': infer TIn } ? TIn : never;
type SlotOut<S> = S extends { readonly '~out': infer TOut } ? TOut : never;

// Each alias of paths ends in a bare `keyof {…}`: otherwise messages print the whole contract instead of the paths.

/** Paths the server has a route for: those with `in`. */
export type RoutePath<TChannels> = keyof {
  [P in keyof TChannels as TChannels[P] extends { readonly in: unknown } ? P : never]: 0;
};

/** Paths the client may `send` on: those with `in`, and no `stream`, which needs somebody who reads it. */
export type SendPath<TChannels> = keyof {
  [
    P in keyof TChannels as TChannels[P] extends { readonly in: unknown; readonly stream?: undefined }
      ? P
      : never
  ]: 0;
};

/** Paths the client may listen `on`, and the server may send on: those with `out`, and no `answer`. */
export type OutPath<TChannels> = keyof {
  [
    P in keyof TChannels as TChannels[P] extends { readonly out: unknown; readonly answer?: undefined }
      ? P
      : never
  ]: 0;
};

/** Paths the client may `request`: those with `in`, and `reply` or `out`, and no `stream`. */
export type RequestPath<TChannels> = keyof {
  [
    P in keyof TChannels as TChannels[P] extends
      | { readonly in: unknown; readonly reply: unknown }
      | { readonly in: unknown; readonly out: unknown; readonly stream?: undefined }
      ? P
      : never
  ]: 0;
};

/** Paths the client may `stream`: those with `stream`. */
export type StreamPath<TChannels> = keyof {
  [P in keyof TChannels as TChannels[P] extends { readonly stream: unknown } ? P : never]: 0;
};

/** Paths the server may `request` and the client `handle`s: those with `answer`. */
export type AskPath<TChannels> = keyof {
  [P in keyof TChannels as TChannels[P] extends { readonly answer: unknown } ? P : never]: 0;
};

/** A value, or a promise of it. */
export type Awaitable<T> = T | PromiseLike<T>;

type Args<TData> = undefined extends TData ? [data?: TData] : [data: TData];
type ArgsWith<TData, TOptions> = undefined extends TData
  ? [data?: TData, options?: TOptions]
  : [data: TData, options?: TOptions];

// What goes through JSON to the other side's schema must still be what that schema takes when it arrives.
type Sent<S> =
  SlotIn<S> extends infer TIn
    ? [TIn] extends [Json | void]
      ? TIn
      : [Wire<TIn>] extends [TIn]
        ? TIn
        : NotJson<'what JSON makes of this value does not fit the schema: give the schema a JSON input, as z.codec does'>
    : never;

type Got<S, TForm> = TForm extends 'wire'
  ? Wire<SlotOut<S>>
  : [Wire<SlotOut<S>>] extends [SlotIn<S>]
    ? SlotOut<S>
    : NotJson<'this schema cannot parse again what the server sends: give it a JSON output, or create the client without channels'>;

/** What the client's `send` takes after the path. */
export type SendArgs<TChannels> = {
  [P in keyof TChannels]: TChannels[P] extends { readonly in: infer S } ? Args<Sent<S>> : never;
};

/** What the client's `request` and `stream` take after the path. */
export type RequestArgs<TChannels, TOptions> = {
  [P in keyof TChannels]: TChannels[P] extends { readonly in: infer S } ? ArgsWith<Sent<S>, TOptions> : never;
};

/** What the client's listeners and handlers are given. */
export type Heard<TChannels, TForm> = {
  [P in keyof TChannels]: TChannels[P] extends { readonly out: infer S } ? Got<S, TForm> : never;
};

/** What the client's `request` resolves to. */
export type Reply<TChannels, TForm> = {
  [P in keyof TChannels]: TChannels[P] extends { readonly reply: infer S }
    ? Got<S, TForm>
    : TChannels[P] extends { readonly out: infer S }
      ? Got<S, TForm>
      : never;
};

/** The items of the client's `stream`. */
export type StreamItem<TChannels, TForm> = {
  [P in keyof TChannels]: TChannels[P] extends { readonly stream: infer S } ? Got<S, TForm> : never;
};

/** What the client's `handle` must answer. */
export type HandlerResult<TChannels> = {
  [P in keyof TChannels]: TChannels[P] extends { readonly answer: infer S } ? Awaitable<Sent<S>> : never;
};

/** What the client's `request` and `stream` reject with: the library's errors and those that the channel declares. */
export type Failure<TChannels, TForm> = {
  [P in keyof TChannels]: TChannels[P] extends { readonly errors: infer TErrors }
    ? | SocketError<ErrorCode>
      | { [E in keyof TErrors]: ChannelError<E & string, Got<TErrors[E], TForm>> }[keyof TErrors]
    : SocketError<ErrorCode>;
};

/** What the server's `send`, `sendToAll` and the like take after the path. */
export type OutArgs<TChannels> = {
  [P in keyof TChannels]: TChannels[P] extends { readonly out: infer S } ? Args<SlotIn<S>> : never;
};

/** What the server's `request` takes after the path. */
export type AskArgs<TChannels, TOptions> = {
  [P in keyof TChannels]: TChannels[P] extends { readonly out: infer S }
    ? ArgsWith<SlotIn<S>, TOptions>
    : never;
};

/** What the server's `request` resolves to. */
export type Answer<TChannels> = {
  [P in keyof TChannels]: TChannels[P] extends { readonly answer: infer S } ? SlotOut<S> : never;
};

/** What the server's `request` rejects with. */
export type AskFailure<TChannels> = {
  [P in keyof TChannels]: TChannels[P] extends { readonly errors: infer TErrors }
    ? | SocketError<ErrorCode>
      | { [E in keyof TErrors]: ChannelError<E & string, SlotOut<TErrors[E]>> }[keyof TErrors]
    : SocketError<ErrorCode>;
};

/** What a route is given: the output of `in`. */
export type RouteData<TChannels> = {
  [P in keyof TChannels]: TChannels[P] extends { readonly in: infer S } ? SlotOut<S> : never;
};

/** What a route must return: the input of `stream`, `reply` or `out`, whichever the channel has first. */
export type RouteResult<TChannels> = {
  [P in keyof TChannels]: TChannels[P] extends { readonly stream: infer S }
    ? AsyncIterable<SlotIn<S>>
    : TChannels[P] extends { readonly reply: infer S }
      ? Awaitable<SlotIn<S>>
      : TChannels[P] extends { readonly out: infer S }
        ? Awaitable<SlotIn<S> | void>
        : void;
};

/** Makes an error that the channel declares, for a route to throw. */
export interface Fail<TErrors> {
  <TCode extends keyof TErrors & string>(
    code: TCode,
    ...data: Args<SlotIn<TErrors[TCode]>>
  ): ChannelError<TCode, SlotIn<TErrors[TCode]>>;
}

/** The `fail` of each channel's route. */
export type FailOf<TChannels> = {
  [P in keyof TChannels]: TChannels[P] extends { readonly errors: infer TErrors } ? Fail<TErrors> : Fail<{}>;
};

/** What `send`, `request` and `stream` take as data on path `TPath`. */
export type InputOf<TChannels, TPath extends RoutePath<TChannels>> = TPath extends keyof TChannels
  ? TChannels[TPath] extends { readonly in: infer S }
    ? SlotIn<S>
    : never
  : never;

/** What a listener on path `TPath` is given. A client that carries schemas is `'parsed'`. */
export type OutputOf<
  TChannels,
  TPath extends OutPath<TChannels> | AskPath<TChannels>,
  TForm extends Form = 'wire',
> = TPath extends keyof TChannels ? Heard<TChannels, TForm>[TPath] : never;

/** What `request` on path `TPath` resolves to. A client that carries schemas is `'parsed'`. */
export type ReplyOf<
  TChannels,
  TPath extends RequestPath<TChannels>,
  TForm extends Form = 'wire',
> = TPath extends keyof TChannels ? Reply<TChannels, TForm>[TPath] : never;

/** A promise that also says, as a type only, what it may reject with. `safe` reads it. */
export interface Failable<TValue, TError> extends Promise<TValue> {
  readonly '~error'?: TError;
}
