// What JSON makes of a value, as types. The work is done only for values that are not JSON already.

/** A value inside a JSON document. `undefined` stands for a key that is not written. */
type JsonItem =
  string | number | boolean | null | readonly JsonItem[] | { readonly [key: string]: JsonItem | undefined };

/** What can be the `data` of a message: a JSON value, or nothing. */
export type Json = JsonItem | undefined;

/** Stands where a value cannot travel as JSON; its text says why. No value is assignable to it. */
export interface NotJson<TWhy extends string> {
  readonly '~why': TWhy;
}

type AnyFunction = (...args: never) => unknown;

/**
 * What the other side sees of a `T` that was sent as JSON: a `Date` becomes a `string`, functions and symbols vanish,
 * a `Map` becomes `{}`. A type that is JSON already stays as it is, name included.
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
          : T extends ReadonlyMap<any, any> | ReadonlySet<any>
            ? {}
            : T extends readonly unknown[]
              ? { [I in keyof T]: WireItem<T[I]> }
              : T extends object
                ? {
                    [
                      K in keyof T as K extends symbol ? never : T[K] extends AnyFunction | symbol ? never : K
                    ]: Wire<T[K]>;
                  }
                : never;

type WireItem<T> = T extends undefined | AnyFunction | symbol ? null : Wire<T>;
