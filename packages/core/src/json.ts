// The JSON form of a type. TypeScript does this work only for types that are not JSON already.

/** A value inside a JSON document. `undefined` stands for a key that is left out. */
type JsonItem =
  string | number | boolean | null | readonly JsonItem[] | { readonly [key: string]: JsonItem | undefined };

/** What the `data` of a message can be: a JSON value, or nothing. */
export type Json = JsonItem | undefined;

/** The type of a value that cannot travel as JSON. Nothing is assignable to it, and its text explains why. */
export interface NotJson<TWhy extends string> {
  readonly '~why': TWhy;
}

type AnyFunction = (...args: never) => unknown;

/**
 * What the other side receives when a `T` is sent as JSON.
 * A `Date` becomes a `string`, a `Map` or `Set` becomes `{}`, functions and symbols are removed. A type that is JSON
 * already stays as it is, including its name.
 */
export type Wire<T> = [T] extends [Json | void] ? T : WireOf<T>;

type WireOf<T> = unknown extends T
  ? T
  : T extends Json | void
    ? T
    : T extends { toJSON(...args: never): infer TJson }
      ? Wire<TJson>
      : T extends bigint
        ? NotJson<'a bigint has no JSON form: send a string'>
        : T extends AnyFunction | symbol
          ? undefined
          : T extends ArrayBuffer | ArrayBufferView
            ? NotJson<'bytes have no useful JSON form: send base64 text'>
            : T extends ReadonlyMap<any, any> | ReadonlySet<any>
              ? {}
              : T extends readonly unknown[]
                ? { [I in keyof T]: WireItem<T[I]> }
                : T extends object
                  ? {
                      [
                        K in keyof T as K extends symbol
                          ? never
                          : T[K] extends AnyFunction | symbol
                            ? never
                            : K
                      ]: Wire<T[K]>;
                    }
                  : never;

type WireItem<T> = T extends undefined | AnyFunction | symbol ? null : Wire<T>;
