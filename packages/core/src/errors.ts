// The one error class of the library, its codes, and the one door by which anything thrown becomes it.
// What a code means at length is in docs/errors.md; a test compares that page with this table.

/** Every code the library itself uses; a contract's own codes stand beside them. `true`: trying again may help. */
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

/** A code of the library itself, such as `timeout`. */
export type ErrorCode = keyof typeof errorCodes;

/** One thing a schema found wrong, and where in the value. */
export interface SchemaIssue {
  readonly message: string;
  readonly path?: readonly (string | number)[];
}

/** What may stand beside the code and the text of an error. */
export interface SocketErrorOptions<TData = unknown> {
  /** What belongs to the code: `{ issues }` for `invalid_input`, the declared data for a contract's own code. */
  readonly data?: TData;
  /** What was thrown first, when this error wraps it. It never crosses the wire. */
  readonly cause?: unknown;
  /** The channel it happened on. */
  readonly path?: string | undefined;
  /** Whether trying again may help. @default as the table of codes says; `false` for a contract's own codes */
  readonly retryable?: boolean;
}

const brand = Symbol.for('wirepact.error');

/**
 * Whatever goes wrong in Wirepact, on either end. Narrow it with {@link isSocketError} rather than with `instanceof`, which
 * fails when two copies of a package are installed.
 */
export class SocketError<TCode extends string = string, TData = unknown> extends Error {
  override readonly name: string = 'SocketError';
  readonly [brand] = true;
  /** Which error it is; see the table in the docs. */
  readonly code: TCode;
  /** What belongs to the code. */
  readonly data: TData;
  /** The channel it happened on, where there is one. */
  readonly path: string | undefined;
  /** Whether trying again may help. */
  readonly retryable: boolean;

  constructor(code: TCode, message?: string, options: SocketErrorOptions<TData> = {}) {
    super(message ?? `[${code}]`, options);
    this.code = code;
    this.data = options.data as TData;
    this.path = options.path;
    this.retryable = options.retryable ?? (Object.hasOwn(errorCodes, code) && errorCodes[code as ErrorCode]);
  }
}

/**
 * An error that a channel declares under `errors`. A route throws it, most easily through the typed `fail` it is given;
 * the requester's promise rejects with the same code and data.
 */
export class ChannelError<TCode extends string = string, TData = unknown> extends SocketError<TCode, TData> {
  override readonly name = 'ChannelError';

  constructor(code: TCode, data?: TData, message?: string, options: SocketErrorOptions<TData> = {}) {
    super(code, message, data === undefined ? options : { ...options, data });
  }
}

/** Whether `error` is a {@link SocketError}, and, when a code is named, that one. Works across copies of the package. */
export function isSocketError<TCode extends string = string>(
  error: unknown,
  code?: TCode,
): error is SocketError<TCode> {
  try {
    const { [brand]: branded, code: its } = Object(error) as Partial<SocketError>;
    return branded === true && (code === undefined || its === code);
  } catch {
    // a proxy that lets nobody look
    return false;
  }
}

/** Makes a {@link SocketError} of anything thrown: itself when it is one, otherwise `internal` with it as the cause. */
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
