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
  : S extends { readonly _zod: { readonly input: any } }
    ? S['_zod']['input']
    : S extends { readonly '~standard': { readonly types?: { readonly input: infer TIn } | undefined } }
      ? TIn
      : never;

/** What `schema` makes of what it takes. */
export type SchemaOut<S> = S extends { readonly '~out': infer TOut }
  ? TOut
  : S extends { readonly _zod: { readonly output: any } }
    ? S['_zod']['output']
    : S extends { readonly '~standard': { readonly types?: { readonly output: infer TOut } | undefined } }
      ? TOut
      : never;

type SlotIn<S> = S extends { readonly '~in': infer TIn } ? TIn : never;
type SlotOut<S> = S extends { readonly '~out': infer TOut } ? TOut : never;

// ---- paths: each ends in a bare `keyof {…}`, or messages would print the whole contract instead of the paths

/** Paths the client may `send` on: those with `in`. */
export type SendPath<C> = keyof { [P in keyof C as C[P] extends { readonly in: unknown } ? P : never]: 0 };

/** Paths the client may listen `on`, and the server may send on: those with `out`, and no `answer`. */
export type OutPath<C> = keyof {
  [P in keyof C as C[P] extends { readonly out: unknown; readonly answer?: undefined } ? P : never]: 0;
};

/** Paths the client may `request`: those with `in`, and `reply` or `out`, and no `stream`. */
export type RequestPath<C> = keyof {
  [
    P in keyof C as C[P] extends
      | { readonly in: unknown; readonly reply: unknown }
      | { readonly in: unknown; readonly out: unknown; readonly stream?: undefined }
      ? P
      : never
  ]: 0;
};

/** Paths the client may `stream`: those with `stream`. */
export type StreamPath<C> = keyof {
  [P in keyof C as C[P] extends { readonly stream: unknown } ? P : never]: 0;
};

/** Paths the server may `request` and the client `handle`s: those with `answer`. */
export type AskPath<C> = keyof { [P in keyof C as C[P] extends { readonly answer: unknown } ? P : never]: 0 };
