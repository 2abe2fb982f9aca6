// The load process's handle on the server process: starts it, asks it, and ends it.
import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Burst, Command, Reading, Receivers, Setup } from './server-commands.js';

const program = fileURLToPath(new URL('server-process.js', import.meta.url));

/** A server in a process of its own. */
export interface BenchServer {
  readonly port: number;
  startReading(): Promise<void>;
  read(): Promise<Reading>;
  collectGarbage(): Promise<void>;
  /** Resolves with the number of turns once all that was sent is acknowledged. */
  sendBursts(burst: Burst): Promise<number>;
  acknowledge(turns: number): void;
  dropEverybody(messages: number, to: Receivers): Promise<void>;
  arrivals(): Promise<readonly number[]>;
  /** At once: what is still on its way is of no interest. */
  close(): void;
}

/** Starts a server process; with a file for it, one that writes a CPU profile of what is read. */
export async function startServer(setup: Setup, profileFile: string | undefined): Promise<BenchServer> {
  const profiling = profileFile === undefined ? [] : [profileFile];
  const child = fork(program, [JSON.stringify(setup), ...profiling], {
    execArgv: ['--expose-gc'],
    env: { ...process.env, NODE_ENV: 'production' },
  });
  const waiting = new Map<number, (result: never) => void>();
  let key = 0;
  let isClosed = false;
  const answered = <TResult>(at: number): Promise<TResult> =>
    new Promise<TResult>((resolve) => waiting.set(at, resolve));
  const port = answered<number>(0);
  child.on('message', (answer: { key: number; result: never }) => {
    waiting.get(answer.key)?.(answer.result);
    waiting.delete(answer.key);
  });
  child.on('exit', (code) => {
    if (!isClosed) throw new Error(`the server of ${setup.contender} ended with ${code}`);
  });
  const ask = <TResult>(command: Command): Promise<TResult> => {
    child.send({ key: ++key, command });
    return answered<TResult>(key);
  };
  return {
    port: await port,
    startReading: () => ask({ do: 'startReading' }),
    read: () => ask({ do: 'read' }),
    collectGarbage: () => ask({ do: 'collectGarbage' }),
    sendBursts: (burst) => ask({ do: 'sendBursts', burst }),
    acknowledge: (turns) => void child.send({ command: { do: 'acknowledge', turns } satisfies Command }),
    dropEverybody: (messages, to) => ask({ do: 'dropEverybody', messages, to }),
    arrivals: () => ask({ do: 'arrivals' }),
    close() {
      isClosed = true;
      child.kill('SIGKILL');
    },
  };
}
