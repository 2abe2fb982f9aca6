// What the tests of the hooks share: a contract, a server and a client that are connected in memory, and the means to
// decide when the server answers.
import { setImmediate } from 'node:timers/promises';
import { act, cleanup, configure, render, type RenderResult } from '@testing-library/react';
import { createClient, type Client } from '@wirepact/client';
import { defineChannels, type FailOf } from '@wirepact/core';
import { createTestPair, type TestPair } from '@wirepact/core/testing';
import { SocketManager } from '@wirepact/server';
import { use, type ReactElement, type ReactNode } from 'react';
import { afterEach } from 'vitest';
import { z } from 'zod';
import { createSocketHooks } from './create-socket-hooks.js';

export const channels = defineChannels({
  time: { in: z.void(), out: z.string() },
  output: { out: z.string() },
  count: { out: z.number() },
  cursor: { in: z.object({ x: z.number() }), out: z.object({ x: z.number() }), delivery: 'latest' },
  save: { in: z.string(), reply: z.string(), errors: { FULL: z.object({ left: z.number() }) } },
  tail: { in: z.object({ level: z.string() }), stream: z.string() },
});
export type Channels = typeof channels;

export const { SocketProvider, useSocket, useEvent, useLatest, useRequest, useStream, useRoom, useStatus } =
  createSocketHooks<Channels>();

/** A `save` that the server has not answered yet. */
interface Save {
  readonly text: string;
  readonly signal: AbortSignal;
  readonly fail: FailOf<Channels>['save'];
  answer(reply: string): void;
  refuse(error: unknown): void;
}

/** A `tail` that the server was asked for. */
interface Tail {
  readonly level: string;
  readonly signal: AbortSignal;
  write(line: string): void;
  end(error?: Error): void;
}

export interface App extends TestPair<SocketManager<Channels>, Client<Channels>> {
  readonly saves: Save[];
  readonly tails: Tail[];
  /** Rooms that nobody is let into. */
  readonly forbidden: Set<string>;
  readonly Provider: (props: { readonly children: ReactNode }) => ReactElement;
  /** Renders below the provider. */
  mount(ui: ReactElement): RenderResult;
  /** Lets everything arrive, and React show it. */
  arrive(): Promise<void>;
}

// as the outermost element: React mounts nothing twice below a StrictMode that is further in
configure({ reactStrictMode: true });
afterEach(cleanup);

export async function startApp(): Promise<App> {
  const saves: Save[] = [];
  const tails: Tail[] = [];
  const forbidden = new Set(['secret']);
  const pair = await createTestPair({
    sockets: ({ clock }) =>
      new SocketManager(channels, {
        clock,
        rooms: { authorize: (_socket, room) => !forbidden.has(room), member: ({ id }) => ({ id }) },
        routes: {
          time: () => '12:00',
          save: (_socket, text, { signal, fail }) =>
            new Promise<string>((answer, refuse) => saves.push({ text, signal, fail, answer, refuse })),
          tail: (_socket, { level }, { signal }) => openTail(level, signal, tails),
        },
      }),
    client: (options) => createClient<Channels>(options),
  });
  const Provider: App['Provider'] = ({ children }) => (
    <SocketProvider client={pair.client}>{children}</SocketProvider>
  );
  return Object.assign(pair, {
    saves,
    tails,
    forbidden,
    Provider,
    mount: (ui: ReactElement) => render(ui, { wrapper: Provider }),
    arrive: () => act(() => pair.settle()),
  });
}

function openTail(level: string, signal: AbortSignal, tails: Tail[]): AsyncIterable<string> {
  const lines = new TransformStream<string, string>();
  const writer = lines.writable.getWriter();
  tails.push({
    level,
    signal,
    write: (line) => void writer.write(line).catch(() => {}),
    end: (error) => void (error ? writer.abort(error) : writer.close()).catch(() => {}),
  });
  return lines.readable as AsyncIterable<string>;
}

/** Looks after every turn of the event loop, for as long as the test may take: for what React does outside of `act`. */
export async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await setImmediate();
}

/** Suspends until its promise resolves. */
export function Waiting({ promise }: { readonly promise: Promise<void> }): null {
  use(promise);
  return null;
}

/** A promise that a test resolves. */
export function defer(): { readonly promise: Promise<void>; readonly resolve: () => void } {
  let resolve = (): void => {};
  const promise = new Promise<void>((done) => (resolve = done));
  return { promise, resolve };
}
