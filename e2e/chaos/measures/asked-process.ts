// A process that is asked things and answers each: the handle on it, and what it does itself.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { createDeferred, type Deferred } from '../promise.js';

/** The handle on a process. */
export interface AskedProcess<TCommand> {
  /** Rejects when the process ends, or has ended. */
  ask<TResult>(command: TCommand): Promise<TResult>;
  /** Its process does nothing any more, and its connections stay open (SIGSTOP). */
  pause(): void;
  /** Ends it without a word. */
  kill(): Promise<void>;
  /** Lets it end by itself. */
  close(): void;
}

/** How `fork` starts Node.js, where that is not on this very host. */
export interface Forking {
  readonly execPath: string;
  readonly execArgv: readonly string[];
}

/** Starts it, and resolves once it is ready, with what it says then. `setup` is its first argument. */
export async function startAsked<TCommand, TReady>(
  name: string,
  setup?: unknown,
  forking?: Forking,
): Promise<AskedProcess<TCommand> & { readonly ready: TReady }> {
  // seen from main.js, into which this file is bundled
  const program = fileURLToPath(new URL(`measures/${name}.js`, import.meta.url));
  const child = fork(program, setup === undefined ? [] : [JSON.stringify(setup)], {
    ...forking,
    execArgv: [...(forking?.execArgv ?? []), '--expose-gc', '--enable-source-maps'],
  });
  const waiting = new Map<number, Deferred<never>>();
  let key = 0;
  let isOver = false;
  let ended: Error | undefined;
  const answerTo = <TResult>(at: number): Promise<TResult> => {
    const answer = createDeferred<TResult>();
    waiting.set(at, answer as unknown as Deferred<never>);
    return answer.promise;
  };
  const ready = answerTo<TReady>(0);
  child.on('message', (answer: { key: number; result: never }) => {
    waiting.get(answer.key)?.resolve(answer.result);
    waiting.delete(answer.key);
  });
  child.on('exit', (code) => {
    ended = new Error(`${name} ended with ${code}`);
    if (isOver) return;
    for (const { reject } of waiting.values()) reject(ended);
  });
  return {
    ready: await ready,
    async ask(command) {
      if (ended) throw ended;
      child.send({ key: ++key, command });
      return answerTo(key);
    },
    pause: () => void child.kill('SIGSTOP'),
    async kill() {
      isOver = true;
      child.kill('SIGKILL');
      await once(child, 'exit');
    },
    close() {
      isOver = true;
      child.disconnect();
    },
  };
}

/** In the process itself: is ready, answers from now on, and ends with whoever asks. */
export function answerAs<TCommand>(ready: unknown, perform: (command: TCommand) => Promise<unknown>): void {
  process.on('message', ({ key, command }: { key: number; command: TCommand }) => {
    void perform(command).then((result) => process.send?.({ key, result }));
  });
  process.on('disconnect', () => process.exit());
  process.send?.({ key: 0, result: ready });
}
