// The obvious envelope of a hand-written protocol, which several contenders speak.
import type { Heard, Wire } from '../contender.js';
import type { Receipt, Tick } from '../messages.js';

interface Envelope {
  readonly path: string;
  readonly id?: number;
  readonly data: unknown;
}

/** `{path, data}`, with an `id` in a request and its reply. */
export const plainJson: Wire = {
  encode: (id, path, data) => JSON.stringify({ path, data, id }),
  decode: (text) => decodeEnvelope(JSON.parse(text) as Envelope),
};

/** Ticks come on `tick`, or on `tick.` and how they are delivered. */
export function decodeEnvelope({ path, id, data }: Envelope): Heard {
  if (id !== undefined) return { kind: 'reply', id, receipt: data as Receipt };
  if (path.startsWith('tick')) return { kind: 'tick', tick: data as Tick };
  return { kind: 'nothing' };
}
