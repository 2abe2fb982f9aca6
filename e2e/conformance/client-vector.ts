// Runs one vector of protocol/vectors/client against our client: the runner is the server, and the application. What a
// vector may say is in the README beside them.
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { createClient } from '@wirepact/client';
import { isSocketError } from '@wirepact/core';
import { expect, onTestFinished } from 'vitest';
import { WebSocketServer } from 'ws';
import { RawSocket, type RawFrame } from './raw-socket.js';

export interface ClientVector {
  readonly name: string;
  readonly steps: readonly ClientStep[];
}

type ClientStep =
  | { readonly app: Action }
  | { readonly greets: object; readonly welcome: object }
  | { readonly writes: readonly object[] }
  | { readonly gets: readonly object[] }
  | { readonly hears: readonly unknown[] }
  | { readonly answered: readonly unknown[] }
  | { readonly gaps: readonly object[] }
  | { readonly errors: readonly unknown[] }
  | { readonly breaks: true }
  | { readonly isClosedBy: number; readonly returns?: true };

/** What the application does. */
type Action =
  | { readonly sends: string; readonly data?: unknown }
  | { readonly requests: string; readonly data?: unknown }
  | { readonly streams: string; readonly data?: unknown }
  | { readonly joins: string }
  | { readonly handles: string; readonly by: unknown };

/** What may come at any time, and is left out where it is not asked for. */
const unasked: ReadonlySet<string> = new Set(['$ack', '$more', '$ping', '$pong']);

const terms = {
  resumeForMs: 120_000,
  heartbeatMs: 25_000,
  limits: { maxMessageBytes: 262_144, maxInFlight: 64, maxRooms: 128 },
  channels: {},
};

export async function runClientVector({ steps }: ClientVector): Promise<void> {
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1', handleProtocols: () => 'wirepact.v1' });
  await once(server, 'listening');
  const peers: RawSocket[] = [];
  let wake = (): void => undefined;
  server.on('connection', (webSocket) => {
    peers.push(new RawSocket(webSocket));
    wake();
  });
  // the delays are what a clock is for; here they are none
  const reconnect = { quickMs: 0, minDelayMs: 0, maxDelayMs: 0 };
  const client = createClient({ url: `ws://127.0.0.1:${(server.address() as AddressInfo).port}`, reconnect });
  onTestFinished(() => {
    client.close();
    for (const webSocket of server.clients) webSocket.terminate();
    server.close();
  });

  let peer: RawSocket | undefined;
  const written: RawFrame[] = [];
  const told = { hears: [], answered: [], gaps: [], errors: [] } as Record<ListName, unknown[]>;
  client.onAny(({ path, data, room }) =>
    told.hears.push(room === undefined ? [path, data] : [path, data, room]),
  );
  client.onGap((gap) => told.gaps.push(gap));
  client.onError(({ code }, { path }) => told.errors.push(path === undefined ? [code] : [code, path]));
  const answer = (value: unknown): void => void told.answered.push(value);
  const fail = (thrown: unknown): void => answer({ error: isSocketError(thrown) ? thrown.code : thrown });

  client.connect();
  for (const [index, step] of steps.entries()) await take(step, `step ${index}: ${JSON.stringify(step)}`);
  await settle();
  expect(leftOver(), 'it writes more').toEqual([]);

  async function take(step: ClientStep, where: string): Promise<void> {
    if ('greets' in step) {
      for (peer = peers.shift(); peer === undefined; peer = peers.shift()) {
        await new Promise<void>((resolve) => (wake = resolve));
      }
      const { path, data } = await peer.next();
      expect({ path, data: { open: {}, ...(data as object) } }, where).toEqual({
        path: '$hello',
        data: { open: {}, ...step.greets },
      });
      peer.send({ path: '$welcome', data: { ...terms, ...step.welcome } });
      written.length = 0;
      return settle();
    }
    if ('app' in step) return act(step.app);
    if ('writes' in step) return writes(step.writes, where);
    if ('gets' in step) return the().send(...step.gets);
    if ('breaks' in step) return cut();
    if ('isClosedBy' in step) {
      the().webSocket.close(step.isClosedBy);
      await the().closed;
      return expect(client.status.name, where).toBe(step.returns ? 'reconnecting' : 'closed');
    }
    await settle();
    for (const [list, wanted] of Object.entries(step) as [ListName, unknown[]][]) {
      expect(told[list].splice(0), where).toEqual(wanted);
    }
  }

  /** What the application does next, it does without a connection. */
  async function cut(): Promise<void> {
    the().webSocket.terminate();
    if (client.status.name !== 'connected') return;
    await new Promise<void>((resolve) => {
      const off = client.onStatus(() => (off(), resolve()));
    });
  }

  function the(): RawSocket {
    if (peer === undefined) throw new Error('the client has not greeted yet');
    return peer;
  }

  function act(action: Action): void {
    if ('sends' in action) client.send(action.sends, action.data);
    if ('requests' in action) client.request(action.requests, action.data).then(answer, fail);
    if ('streams' in action) void drain(client.stream(action.streams, action.data));
    if ('joins' in action) client.join(action.joins).catch(fail);
    if ('handles' in action) client.handle(action.handles, () => action.by);
  }

  async function drain(items: AsyncIterable<unknown>): Promise<void> {
    try {
      for await (const item of items) answer(item);
      answer({ end: true });
    } catch (thrown) {
      fail(thrown);
    }
  }

  async function writes(wanted: readonly object[], where: string): Promise<void> {
    await settle();
    if (wanted.length === 0) return expect(leftOver(), where).toEqual([]);
    const asked = new Set(wanted.map((frame) => (frame as RawFrame).path));
    for (const frame of wanted) {
      let got = written.shift() ?? (await the().next());
      while (unasked.has(got.path) && !asked.has(got.path)) got = written.shift() ?? (await the().next());
      expect(got, where).toEqual(frame);
    }
  }

  /** What it has written and nobody has asked for. */
  function leftOver(): RawFrame[] {
    return written.splice(0).filter(({ path }) => !unasked.has(path));
  }

  /** It has read what it was sent by the time that it answers a `$ping`. */
  async function settle(): Promise<void> {
    if (peer?.webSocket.readyState !== 1) return;
    peer.send({ path: '$ping' });
    for (let frame = await peer.next(); frame.path !== '$pong'; frame = await peer.next())
      written.push(frame);
  }
}

type ListName = 'hears' | 'answered' | 'gaps' | 'errors';
