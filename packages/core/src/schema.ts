// Runs Standard Schemas (https://standardschema.dev), whichever validator made them. The only file that does.
import type { SchemaIssue } from './errors.js';

/** Anything that implements Standard Schema: the schemas of zod, valibot, arktype and others. */
export interface AnySchema {
  // `unknown`, because comparing every schema with the full interface makes contracts slow to check
  readonly '~standard': unknown;
}

/** The result of parsing: the schema's output, or what the schema found wrong. */
type Parsed =
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
 * @throws TypeError that names `path`, if the schema returns a promise: schemas must be synchronous
 */
export function parse(schema: AnySchema, value: unknown, path: string): Parsed {
  const result = (schema['~standard'] as StandardProps).validate(value);
  if ('then' in result) {
    // nothing waits for the promise, and its rejection must not end the process
    result.then(undefined, () => undefined);
    throw new TypeError(`the schema of channel "${path}" answered with a promise; make it synchronous`);
  }
  if (result.issues === undefined) return { ok: true, value: result.value };
  return { ok: false, issues: Array.from(result.issues, toSchemaIssue) };
}

/**
 * Like {@link parse}, for data that arrived. If the schema accepts `undefined`, as `z.void()` does, `null` and `{}`
 * count as no data too, because hand-written clients often cannot leave `data` out.
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

// `Array.from` rather than `map`: validators subclass arrays, and `map` would create another instance of the subclass
function toSchemaIssue({ message, path }: StandardIssue): SchemaIssue {
  if (path === undefined || path.length === 0) return { message };
  return { message, path: Array.from(path, toSegment) };
}

function toSegment(segment: PropertyKey | { readonly key: PropertyKey }): string | number {
  const key = typeof segment === 'object' ? segment.key : segment;
  return typeof key === 'number' ? key : String(key);
}
