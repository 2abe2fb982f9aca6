// Checks whether both ends can run a contract's schemas, with JSON in between.
import type { ChannelDefinition, ChannelDefinitions } from '../contract.js';
import { parse, type AnySchema } from '../schema.js';

const schemaKeys = ['in', 'out', 'reply', 'stream', 'answer'] as const;

type SchemaKey = (typeof schemaKeys)[number];

/**
 * Sample values for the schemas of a contract, by path and by key (`in`, `out`, `reply`, `stream`, `answer`).
 * Each sample is something that the schema accepts. Paths and keys may be left out; they are not checked then.
 */
export type WireSamples<TChannels> = {
  readonly [P in keyof TChannels]?: {
    readonly [K in keyof TChannels[P] & SchemaKey]?: TChannels[P][K] extends { readonly '~in': infer TIn }
      ? readonly TIn[]
      : readonly unknown[];
  };
};

/**
 * Checks that both ends can run the schemas of a contract, with JSON in between.
 * Needed only for clients that carry the schemas. What the client sends must give the same result after JSON; what the
 * server's schema returns must be accepted once more by the client's.
 *
 * @example
 * ```ts
 * assertWireSafe(channels, { chat: { in: [{ text: 'hi' }], out: [{ id: 'm1', text: 'hi' }] } });
 * ```
 * @throws TypeError that lists every schema that is not safe: its path, its key and what is wrong.
 */
export function assertWireSafe<const TChannels extends ChannelDefinitions>(
  channels: TChannels,
  samples: WireSamples<TChannels>,
): void {
  const faults: string[] = [];
  for (const [path, ofChannel] of Object.entries<Partial<Record<SchemaKey, readonly unknown[]>> | undefined>(
    samples,
  )) {
    const channel = Object.hasOwn(channels, path) ? channels[path] : undefined;
    if (channel === undefined) faults.push(`${path}: the contract has no such channel`);
    else faults.push(...faultsOf(path, channel, ofChannel ?? {}));
  }
  if (faults.length > 0) throw new TypeError(`not safe on the wire:\n- ${faults.join('\n- ')}`);
}

function* faultsOf(
  path: string,
  channel: ChannelDefinition,
  samples: Partial<Record<SchemaKey, readonly unknown[]>>,
): Iterable<string> {
  for (const key of schemaKeys) {
    const schema = channel[key];
    for (const sample of samples[key] ?? []) {
      const fault =
        schema === undefined ? 'the channel has no such schema' : faultOf({ schema, key, path }, sample);
      if (fault !== undefined) yield `${path}.${key}: ${fault}`;
    }
  }
}

interface Slot {
  readonly schema: AnySchema;
  readonly key: SchemaKey;
  readonly path: string;
}

function faultOf({ schema, key, path }: Slot, sample: unknown): string | undefined {
  const first = parse(schema, sample, path);
  if (!first.ok) return `refuses the sample itself: ${first.issues[0]?.message}`;
  // a client sends the original value, a server the output of its schema
  const sent = key === 'in' || key === 'answer' ? sample : first.value;
  let json: string | undefined;
  try {
    json = JSON.stringify(sent);
  } catch (error) {
    return `has no JSON form: ${String(error)}`;
  }
  const second = parse(schema, json === undefined ? undefined : JSON.parse(json), path);
  if (!second.ok) return `refuses ${json}, which is what arrives: ${second.issues[0]?.message}`;
  const expected = textOf(first.value);
  const arrived = textOf(second.value);
  return arrived === expected ? undefined : `makes ${arrived} of what arrives, and not ${expected}`;
}

/**
 * The text by which two results are compared. What a schema makes of an `in` or `answer` does not travel, so it may
 * hold what JSON cannot: bigints and objects that contain themselves.
 */
function textOf(result: unknown): string | undefined {
  const parents: unknown[] = [];
  return JSON.stringify(result, function (this: unknown, _key, item: unknown) {
    if (typeof item === 'bigint') return `${item}n`;
    if (typeof item !== 'object' || item === null) return item;
    // `this` is the object that holds the item
    while (parents.length > 0 && parents.at(-1) !== this) parents.pop();
    if (parents.includes(item)) return '(contains itself)';
    parents.push(item);
    return item;
  });
}
