// The handle on the measured server process.
import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Stats } from '@wirepact/server';
import { createDeferred, type Deferred } from '../promise.js';
import type { Policy } from './measured-channels.js';

/** What the process may be asked to do. */
export type MeasuredCommand =
  | { readonly do: 'flood'; readonly policy: Policy }
  | { readonly do: 'rest' }
  | { readonly do: 'read'; readonly collects?: boolean };

/** What the process holds; memory in bytes. */
export interface Reading {
  readonly rss: number;
  readonly heapUsed: number;
  readonly timers: number;
  readonly listeners: number;
  readonly stats: Stats;
}

export interface MeasuredServer {
  readonly url: string;
  flood(policy: Policy): Promise<void>;
  rest(): Promise<void>;
  read(collects?: boolean): Promise<Reading>;
  close(): void;
}

// seen from main.js, into which this file is bundled
const program = fileURLToPath(new URL('measures/measured-process.js', import.meta.url));

export async function startMeasuredServer(): Promise<MeasuredServer> {
  const child = fork(program, { execArgv: ['--expose-gc'] });
  const waiting = new Map<number, Deferred<never>>();
  let key = 0;
  const answerTo = <TResult>(at: number): Promise<TResult> => {
    const answer = createDeferred<TResult>();
    waiting.set(at, answer as unknown as Deferred<never>);
    return answer.promise;
  };
  const port = answerTo<number>(0);
  child.on('message', (answer: { key: number; result: never }) => {
    waiting.get(answer.key)?.resolve(answer.result);
    waiting.delete(answer.key);
  });
  child.on('exit', (code) => {
    for (const { reject } of waiting.values()) reject(new Error(`the measured server ended with ${code}`));
  });
  const ask = <TResult>(command: MeasuredCommand): Promise<TResult> => {
    child.send({ key: ++key, command });
    return answerTo<TResult>(key);
  };
  return {
    url: `ws://127.0.0.1:${await port}/`,
    flood: (policy) => ask({ do: 'flood', policy }),
    rest: () => ask({ do: 'rest' }),
    read: (collects = false) => ask({ do: 'read', collects }),
    close: () => child.disconnect(),
  };
}
