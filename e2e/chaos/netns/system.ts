// Runs the system's own programs for networks, and says what this machine lacks of them.
import { execFile, spawnSync } from 'node:child_process';
import { promisify } from 'node:util';
import { findProgram } from '../../find-program.js';

const programs = ['ip', 'tc', 'ss', 'nft'] as const;
type Program = (typeof programs)[number];

const execute = promisify(execFile);

/** @throws when it ends with an error, with what it said */
export async function runProgram(program: Program, ...args: readonly string[]): Promise<void> {
  await execute(pathOf(program), args);
}

/** The same in a network namespace. */
export async function runInside(name: string, program: Program, ...args: readonly string[]): Promise<void> {
  await runProgram('ip', 'netns', 'exec', name, pathOf(program), ...args);
}

/** Where nothing can be waited for any more. Returns what it printed; an error is none of its business. */
export function runAtOnce(program: Program, ...args: readonly string[]): string {
  return spawnSync(pathOf(program), args, { encoding: 'utf8' }).stdout;
}

/** How `fork` starts Node.js in a network namespace, with more flags than this process has. */
export function forkingInside(
  name: string,
  ...flags: readonly string[]
): { readonly execPath: string; readonly execArgv: string[] } {
  const args = ['netns', 'exec', name, process.execPath, ...process.execArgv, ...flags];
  return { execPath: pathOf('ip'), execArgv: args };
}

/** Why there can be no networks of our own on this machine. */
export function findNetworkObstacle(): string | undefined {
  const missing = programs.find((program) => findProgram(program) === undefined);
  if (missing !== undefined) return `there is no ${missing} here`;
  const probe = `wirepact-${process.pid}-probe`;
  const commands = [
    ['netns', 'add', probe],
    ['-n', probe, 'link', 'add', 'name', 'lan', 'type', 'bridge'],
    ['netns', 'exec', probe, pathOf('nft'), 'add', 'table', 'bridge', 'probe'],
  ];
  const refused = commands.find((args) => spawnSync(pathOf('ip'), args).status !== 0);
  spawnSync(pathOf('ip'), ['netns', 'delete', probe]);
  return refused === undefined
    ? undefined
    : 'network namespaces with a bridge and nftables cannot be had here (it takes root)';
}

function pathOf(program: Program): string {
  return findProgram(program) ?? program;
}
