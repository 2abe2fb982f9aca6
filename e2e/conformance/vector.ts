// Runs one vector of protocol/vectors against a server, by raw sockets. What a vector may say is in the README beside them.
import { expect } from 'vitest';
import { open, type RawFrame, type RawSocket } from './raw-socket.js';

export interface Vector {
  readonly name: string;
  readonly endpoint: string;
  readonly steps: readonly Step[];
}

/** One thing that happens, and to whom. */
type Step = { readonly client: string; readonly endpoint?: string } & (
  | { readonly opens: readonly string[] }
  | { readonly greets: object; readonly welcomed: object }
  | { readonly sends: object }
  | { readonly gets: readonly object[] }
  | { readonly breaks: true }
  | { readonly closes: number }
  | { readonly isClosed: number }
);

/** What may come at any time, and is left out where it is not asked for. */
const unasked: ReadonlySet<string> = new Set(['$ack', '$pong']);

const variable = /^<(\w+)>$/;

let rooms = 0;
const nextRoom = (): string => `open-vector-${process.pid}-${Date.now()}-${(rooms += 1)}`;

export async function runVector(url: string, { endpoint, steps }: Vector): Promise<void> {
  const clients = new Map<string, RawSocket>();
  const bound = new Map<string, unknown>();
  for (const [index, step] of steps.entries()) {
    await take(step, `step ${index}: ${JSON.stringify(step)}`);
  }
  for (const [name, client] of clients) {
    if (client.webSocket.readyState === 1) expect(await rest(client), `${name} gets more`).toEqual([]);
  }

  async function take(step: Step, where: string): Promise<void> {
    if ('opens' in step) return connect(step, step.opens);
    if ('greets' in step) {
      await connect(step, ['wirepact.v1']);
      const client = the(step.client);
      client.send({ path: '$hello', data: filled(step.greets) as object });
      const { path, data } = await client.next();
      return matches(
        { path, data: pick(data, step.welcomed) },
        { path: '$welcome', data: step.welcomed },
        where,
      );
    }
    const client = the(step.client);
    if ('sends' in step) return client.send(filled(step.sends) as object);
    if ('gets' in step) return gets(client, step.gets, where);
    if ('breaks' in step) client.webSocket.terminate();
    if ('closes' in step) return client.close(step.closes);
    const { code } = await client.closed;
    if ('isClosed' in step) expect(code, where).toBe(step.isClosed);
  }

  async function connect(step: Step, protocols: readonly string[]): Promise<void> {
    clients.set(step.client, await open(url + (step.endpoint ?? endpoint), protocols));
  }

  function the(name: string): RawSocket {
    const client = clients.get(name);
    if (client === undefined) throw new Error(`no client "${name}" has opened`);
    return client;
  }

  async function gets(client: RawSocket, wanted: readonly object[], where: string): Promise<void> {
    if (wanted.length === 0) return expect(await rest(client), where).toEqual([]);
    const asked = new Set(wanted.map((frame) => (frame as RawFrame).path));
    for (const frame of wanted) {
      let got = await client.next();
      while (unasked.has(got.path) && !asked.has(got.path)) got = await client.next();
      matches(got, frame, where);
    }
  }

  /** Compares, and gives names to what is seen for the first time. */
  function matches(got: unknown, wanted: unknown, where: string): void {
    bind(got, wanted);
    expect(got, where).toEqual(filled(wanted));
  }

  function bind(got: unknown, wanted: unknown): void {
    const name = nameOf(wanted);
    if (name !== undefined && !bound.has(name)) bound.set(name, got);
    if (typeof wanted !== 'object' || wanted === null || typeof got !== 'object' || got === null) return;
    const keyed = new Map(Object.entries(got));
    for (const [key, value] of Object.entries(wanted)) bind(keyed.get(String(filled(key))), value);
  }

  /** Replaces names by what they stand for. */
  function filled(wanted: unknown): unknown {
    const name = nameOf(wanted);
    if (name === '_') return expect.anything();
    if (name !== undefined) {
      if (!bound.has(name) && name.startsWith('room')) bound.set(name, nextRoom());
      return bound.get(name);
    }
    if (Array.isArray(wanted)) return wanted.map(filled);
    if (typeof wanted !== 'object' || wanted === null) return wanted;
    return Object.fromEntries(Object.entries(wanted).map(([key, value]) => [filled(key), filled(value)]));
  }
}

function nameOf(value: unknown): string | undefined {
  return typeof value === 'string' ? variable.exec(value)?.[1] : undefined;
}

async function rest(client: RawSocket): Promise<RawFrame[]> {
  return (await client.heard()).filter(({ path }) => !unasked.has(path));
}

/** The keys of `wanted` alone: a server may announce more of itself. */
function pick(data: unknown, wanted: object): unknown {
  const known = data as Readonly<Record<string, unknown>>;
  return Object.fromEntries(Object.keys(wanted).map((key) => [key, known[key]]));
}
