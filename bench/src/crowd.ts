// The load process's handle on a process of clients that say nothing.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const program = fileURLToPath(new URL('crowd-process.js', import.meta.url));

export interface CrowdSetup {
  readonly contender: string;
  readonly port: number;
}

export type CrowdCommand = { readonly do: 'connect'; readonly count: number } | { readonly do: 'read' };

/** What became of the clients since they connected. */
export interface CrowdReading {
  readonly closed: number;
  /** Between two pings of one client. 0 where nobody was pinged twice. */
  readonly longestSilenceMs: number;
}

/** Clients in a process of their own; one thing is asked of it at a time. */
export interface Crowd {
  connect(count: number): Promise<void>;
  read(): Promise<CrowdReading>;
}

export function startCrowd(setup: CrowdSetup): Crowd {
  const child = fork(program, [JSON.stringify(setup)]);
  child.on('exit', (code) => {
    if (code !== 0) throw new Error(`the clients of ${setup.contender} ended with ${code}`);
  });
  const ask = async (command: CrowdCommand): Promise<unknown> => {
    child.send(command);
    const [answer] = (await once(child, 'message')) as [unknown];
    return answer;
  };
  return {
    connect: async (count) => void (await ask({ do: 'connect', count })),
    read: async () => (await ask({ do: 'read' })) as CrowdReading,
  };
}
