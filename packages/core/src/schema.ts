// The one place that runs a Standard Schema (https://standardschema.dev), whichever validator made it.
import type { SchemaIssue } from './errors.js';

/** Anything that implements Standard Schema: what zod, valibot, arktype and others make. */
export interface AnySchema {
  // `unknown`, because comparing every schema with the full interface is what makes contracts slow to check
  readonly '~standard': unknown;
}

/** What a schema made of a value: its output, or what it found wrong. */
export type Parsed =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly issues: readonly SchemaIssue[] };

interface StandardIssue {
  readonly message: string;
  readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined;
}

type StandardResult =
  { readonly value: unknown; readonly issues?: undefined } | { readonly issues: readonly StandardIssue[] };

interface StandardProps {
  readonly validate: (value: unknown) => StandardResult | PromiseLike<StandardResult>;
}

/** Whether `value` is a Standard Schema that can be run. */
export function isSchema(value: unknown): value is AnySchema {
  // arktype's schemas are functions
  if ((typeof value !== 'object' && typeof value !== 'function') || value === null) return false;
  const props = (value as { '~standard'?: Partial<StandardProps> | null })['~standard'];
  return typeof props?.validate === 'function';
}

/**
 * Runs `schema` on `value`.
 *
 * @throws TypeError naming `path` when the schema answers with a promise: schemas are synchronous.
 */
export function parse(schema: AnySchema, value: unknown, path: string): Parsed {
  const result = (schema['~standard'] as StandardProps).validate(value);
  if ('then' in result) {
    // nobody waits for it, and its failure must not end the process
    result.then(undefined, () => undefined);
    throw new TypeError(`the schema of channel "${path}" answered with a promise; make it synchronous`);
  }
  if (result.issues === undefined) return { ok: true, value: result.value };
  return { ok: false, issues: Array.from(result.issues, toSchemaIssue) };
}

/**
 * Like {@link parse}, for what arrived: where the schema accepts `undefined`, as `z.void()` does, `null` and `{}` count
 * as absent too, since plain clients often cannot leave `data` out.
 */
export function parseIn(schema: AnySchema, value: unknown, path: string): Parsed {
  const parsed = parse(schema, value, path);
  if (parsed.ok || !isEmpty(value)) return parsed;
  const absent = parse(schema, undefined, path);
  return absent.ok ? absent : parsed;
}

function isEmpty(value: unknown): boolean {
  if (value === null) return true;
  return typeof value === 'object' && !Array.isArray(value) && Object.keys(value).length === 0;
}

// `Array.from` rather than `map`: validators subclass arrays, and `map` would make another of theirs
function toSchemaIssue({ message, path }: StandardIssue): SchemaIssue {
  if (path === undefined || path.length === 0) return { message };
  return { message, path: Array.from(path, toSegment) };
}

function toSegment(segment: PropertyKey | { readonly key: PropertyKey }): string | number {
  const key = typeof segment === 'object' ? segment.key : segment;
  return typeof key === 'number' ? key : String(key);
}
