// What `npm start` and `npm test` both need before anything else: the right Node, installed dependencies,
// and a way to run other programs. Plain Node without dependencies, since it runs before they exist.
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = resolve(dirname(fileURLToPath(import.meta.url)), '..');

/** The pnpm that the lockfile was written with; fetched by npx, so that nobody has to install it. */
const pnpmVersion = /pnpm@([\d.]+)/.exec(readFileSync(join(root, 'package.json'), 'utf8'))?.[1];
const stampFolder = join(root, 'node_modules', '.wirepact');

/** A failure the reader can do something about: printed without a stack. */
export class Stop extends Error {}

/** Runs a script's main function; a `Stop` becomes one readable line and exit code 1. */
export async function runMain(main) {
  try {
    process.exitCode = await main();
  } catch (error) {
    console.error(error instanceof Stop ? `\n${error.message}` : error);
    process.exitCode = 1;
  }
}

export function say(line) {
  console.log(line);
}

/** Those that the tools run on; the packages themselves ask for Node 20. */
export function requireSupportedNode() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if ((major === 20 && minor >= 19) || (major === 22 && minor >= 12) || major > 22) return;
  throw new Stop(
    `This needs Node 20.19, 22.12 or newer, and this is ${process.version}. Install a newer one (https://nodejs.org, or \`nvm install 20\`) and try again.`,
  );
}

/**
 * Runs a program and resolves with its exit code and, unless `inherit` is set, everything it printed.
 * A signal counts as exit code 1.
 */
export function run(command, args, { cwd = root, env = {}, inherit = false } = {}) {
  return new Promise((settle) => {
    const child = spawn(command, args, {
      cwd,
      env: { ...process.env, ...env },
      stdio: inherit ? 'inherit' : ['ignore', 'pipe', 'pipe'],
    });
    // Ctrl-C reaches both; whoever is ended alone takes along what it has started, which may have something to put away
    const end = () => child.kill('SIGTERM');
    if (inherit) process.on('SIGTERM', end);
    let output = '';
    child.stdout?.on('data', (chunk) => (output += chunk));
    child.stderr?.on('data', (chunk) => (output += chunk));
    child.on('error', (error) => settle({ code: 1, output: `${output}${error.message}\n` }));
    child.on('close', (code) => {
      process.off('SIGTERM', end);
      settle({ code: code ?? 1, output });
    });
  });
}

export function runPnpm(args, options = {}) {
  // CI stops pnpm from asking questions, which nobody could answer here
  const env = { CI: 'true', ...options.env };
  return run('npx', ['-y', `pnpm@${pnpmVersion}`, ...args], { ...options, env });
}

/** Installs the dependencies unless those of the present lockfile are there already. */
export async function installDependencies() {
  const wanted = fingerprintOf(['pnpm-lock.yaml', 'pnpm-workspace.yaml']);
  if (existsSync(join(root, 'node_modules', '.modules.yaml')) && readStamp('installed') === wanted) return;
  say('Installing the dependencies with pnpm (fetched by npx, nothing global is touched) …');
  const { code, output } = await runPnpm(['install', '--frozen-lockfile']);
  if (code !== 0)
    throw new Stop(`${output}\nThe dependencies could not be installed. ${installAdvice(output)}`);
  writeStamp('installed', wanted);
}

function installAdvice(output) {
  if (output.includes('ERR_PNPM_OUTDATED_LOCKFILE')) {
    return `pnpm-lock.yaml does not know of a change in a package.json: run \`npx -y pnpm@${pnpmVersion} install\` and commit both.`;
  }
  return 'This needs the network, or a store that pnpm filled before: does `npm ping` answer? Then try again.';
}

/** One hash over the names and contents of files, given relative to the root. */
export function fingerprintOf(files) {
  const hash = createHash('sha256');
  for (const file of files)
    hash
      .update(file)
      .update('\0')
      .update(readFileSync(join(root, file)))
      .update('\0');
  return hash.digest('hex');
}

export function readStamp(name) {
  const file = join(stampFolder, name);
  return existsSync(file) ? readFileSync(file, 'utf8') : undefined;
}

/** What it stood for is about to change, and may be left half done. */
export function clearStamp(name) {
  rmSync(join(stampFolder, name), { force: true });
}

export function writeStamp(name, value) {
  mkdirSync(stampFolder, { recursive: true });
  writeFileSync(join(stampFolder, name), value);
}

/** True when a program can be started at all. */
export function canRun(command, args = ['--version']) {
  return spawnSync(command, args, { stdio: 'ignore' }).status === 0;
}
