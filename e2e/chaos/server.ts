// The harness's handle on a server process: starts it, listens to its reports, and ends it in one way or another.
import { fork, type ForkOptions } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Target } from '../behaviour/cutting-proxy.js';
import { followJournal, type Entry } from './journal.js';
import { createDeferred } from './promise.js';
import type { Command, Report, ServerSetup } from './server-messages.js';

const program = fileURLToPath(new URL('server-process.js', import.meta.url));

/** A server in a process of its own. */
export interface ChaosServer {
  readonly port: number;
  /** Where clients find it. */
  readonly target: Target;
  talk(): void;
  /** Resolves once everything that it began to send is accepted. */
  fallSilent(): Promise<void>;
  /** Ends it without a word. */
  kill(): Promise<void>;
  /** Lets it take leave, and resolves once it has ended. */
  drain(): Promise<void>;
  /** What it has accepted and handled since this was last asked. */
  readJournal(): Entry[];
}

/** Resolves once it listens. `fail` is told of what should not happen in it; `forking` says how its process is started. */
export async function startServer(
  setup: ServerSetup,
  fail: (what: string) => void,
  forking: ForkOptions = {},
): Promise<ChaosServer> {
  const child = fork(program, [JSON.stringify(setup)], forking);
  const listens = createDeferred<number>();
  let silent = createDeferred<void>();
  let isEnding = false;
  const gone = once(child, 'exit');
  child.on('message', (report: Report) => {
    if ('listens' in report) listens.resolve(report.listens);
    else if ('failed' in report) fail(report.failed);
    else silent.resolve(undefined);
  });
  child.on('exit', (code, signal) => {
    if (!isEnding) fail(`the server process ended by itself: ${code ?? signal}`);
    listens.reject(new Error(`the server of ${setup.contender} did not start`));
    silent.resolve(undefined);
  });
  const tell = (command: Command): void => void child.send(command);
  const end = async (signal: NodeJS.Signals): Promise<void> => {
    isEnding = true;
    child.kill(signal);
    await gone;
  };
  const port = await listens.promise;
  return {
    port,
    target: setup.address === undefined ? port : { port, host: setup.address },
    talk: () => tell('talk'),
    fallSilent() {
      silent = createDeferred();
      tell('fall silent');
      return silent.promise;
    },
    kill: () => end('SIGKILL'),
    drain: () => end('SIGTERM'),
    readJournal: followJournal(setup.journal),
  };
}
