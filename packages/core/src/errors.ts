// The library's error class, its error codes, and the function that turns anything thrown into such an error.
// docs/errors.md explains every code; a test compares that page with the table of codes here.

/**
 * The library's own error codes. The value is `true` if the same call may succeed later.
 * A contract may declare further codes.
 *
 * Every code is explained in docs/errors.md.
 */
export const errorCodes = {
  bad_frame: false,
  unknown_path: false,
  invalid_input: false,
  id_required: false,
  message_too_large: false,
  invalid_output: false,
  no_reply: false,
  internal: false,
  invalid_message: false,
  unauthenticated: false,
  forbidden: false,
  denied: false,
  rate_limited: true,
  overloaded: true,
  timeout: true,
  aborted: false,
  cancelled: false,
  unknown_outcome: false,
  outbox_full: true,
  expired: false,
  not_accepted: true,
  closed: false,
  unsupported: false,
} as const;

/** One of the library's own error codes, such as `'timeout'`. */
export type ErrorCode = keyof typeof errorCodes;

/** One problem that a schema found in a value. */
export interface SchemaIssue {
  /** What is wrong, as the schema says it. */
  readonly message: string;
  /** Where it is in the value: the keys and indexes that lead to it. Absent for the value as a whole. */
  readonly path?: readonly (string | number)[];
}

/** The optional properties of a {@link SocketError}. */
export interface SocketErrorOptions<TData = unknown> {
  /**
   * Depends on the code: for example `{ issues }` for `invalid_input`, or the declared data for a code of the
   * contract's own.
   */
  readonly data?: TData;
  /** The original error, if this one wraps another. It never crosses the wire. */
  readonly cause?: unknown;
  /** The channel on which the error occurred. If a join failed, the name of the room or `$join`. */
  readonly path?: string | undefined;
  /**
   * Whether the same call may succeed later.
   * @default what {@link errorCodes} says; `false` for a contract's own codes
   */
  readonly retryable?: boolean;
}

const brand = Symbol.for('wirepact.error');

/**
 * What goes wrong at run time, on either end. Misuse that can be detected at once throws a `TypeError` instead.
 * Recognise it with {@link isSocketError} rather than with `instanceof`, which fails if two copies of a package are
 * installed.
 *
 * Every code is explained in docs/errors.md.
 */
export class SocketError<TCode extends string = string, TData = unknown> extends Error {
  override readonly name: string = 'SocketError';
  readonly [brand] = true;
  /** Identifies the error: one of the library's own codes ({@link ErrorCode}), or a code of the contract. */
  readonly code: TCode;
  /**
   * Depends on the code: for example `{ issues }` for `invalid_input`, or the declared data for a code of the
   * contract's own.
   */
  readonly data: TData;
  /**
   * The channel on which the error occurred; `undefined` if it belongs to no channel. If a join failed, it may also be
   * the name of the room or `$join`.
   */
  readonly path: string | undefined;
  /** Whether the same call may succeed later. */
  readonly retryable: boolean;

  /**
   * Creates an error with one of the library's own codes. For the code of a contract, create a {@link ChannelError}.
   *
   * @param message text for people. Defaults to `[code]`
   */
  // a conditional type, because TypeScript infers `TCode` from it and still lists the codes when it is none of them
  constructor(
    code: TCode extends ErrorCode ? TCode : ErrorCode,
    message?: string,
    options: SocketErrorOptions<TData> = {},
  ) {
    super(message ?? `[${code}]`, options);
    this.code = code as TCode;
    this.data = options.data as TData;
    this.path = options.path;
    this.retryable = options.retryable ?? (Object.hasOwn(errorCodes, code) && errorCodes[code]);
  }
}

/**
 * An error that a channel declares under `errors`.
 * A route throws it, most easily with the typed `fail` that it receives. The caller's promise rejects with a
 * `ChannelError` of the same code and data.
 */
export class ChannelError<TCode extends string = string, TData = unknown> extends SocketError<TCode, TData> {
  override readonly name = 'ChannelError';

  constructor(code: TCode, data?: TData, message?: string, options: SocketErrorOptions<TData> = {}) {
    // a contract may name its codes as it likes
    super(code as never, message, data === undefined ? options : { ...options, data });
  }
}

/**
 * Tells whether `error` is a {@link SocketError}, and one with this `code` if you pass a code.
 * It never throws, and it also works if two copies of the package are installed.
 *
 * @example
 * ```ts
 * if (isSocketError(thrown, 'timeout')) console.log('no answer');
 * ```
 */
export function isSocketError<TCode extends string = string>(
  error: unknown,
  code?: TCode,
): error is SocketError<TCode> {
  try {
    const { [brand]: branded, code: its } = Object(error) as Partial<SocketError>;
    return branded === true && (code === undefined || its === code);
  } catch {
    // a proxy whose traps throw
    return false;
  }
}

/**
 * Turns anything that was thrown into a {@link SocketError}.
 * A `SocketError` is returned unchanged. Anything else becomes the `cause` of an error with the code `internal`.
 *
 * @param path the channel on which it was thrown, for the new error
 */
export function toSocketError(thrown: unknown, path?: string): SocketError {
  if (isSocketError(thrown)) return thrown;
  return new SocketError('internal', `[internal] ${textOf(thrown)}`, { cause: thrown, path });
}

function textOf(thrown: unknown): string {
  try {
    return thrown instanceof Error ? thrown.message : String(thrown);
  } catch {
    // an object without a prototype, or with a toString of its own that throws
    return 'something was thrown';
  }
}
