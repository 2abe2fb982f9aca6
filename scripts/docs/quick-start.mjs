// Runs the quick start of a page as a reader would: its server in one process, its client in another.
import { spawn } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { build } from 'esbuild';
import { accepts } from '../ports.mjs';
import { folderOf } from './compiled-pages.mjs';

const patienceMs = 15_000;

/** Resolves with the problems of the page's quick start: none when its client printed what it should. */
export async function runQuickStart(page, scratch) {
  const { server, client, expects } = page.quickStart;
  const missing = [server, client].filter((name) => !page.files.some((file) => file.name === name));
  if (missing.length > 0)
    return [`${page.path}: the quick start names ${missing.join(' and ')}, which no block is`];
  const folder = folderOf(page, scratch);
  const port = await freePort();
  useAddress(page, folder, port);
  await bundle(page, folder, [server, client]);
  const programs = [];
  const run = async (name, isDone) => {
    const program = start(folder, name);
    programs.push(program);
    return waitFor(async () => program.ended || (await isDone(program)));
  };
  try {
    await run(server, () => accepts(port));
    await run(client, (program) => program.output.includes(expects));
    if (programs[1].output.includes(expects)) return [];
    const outputs = programs.map(({ name, output }) => `── ${name}\n${output}`).join('\n');
    return [`${page.path}: the quick start's client did not print "${expects}"\n${outputs}`];
  } finally {
    for (const program of programs) program.child.kill();
  }
}

/** Puts a free port and a full address into the files, so that they run beside others and outside a browser. */
function useAddress(page, folder, port) {
  for (const { name } of page.files) {
    const path = join(folder, name);
    const text = readFileSync(path, 'utf8').replaceAll('8080', `${port}`);
    writeFileSync(path, text.replaceAll("url: '/ws'", `url: 'ws://localhost:${port}/ws'`));
  }
}

async function bundle(page, folder, names) {
  const aliased = page.files.filter((file) => file.alias);
  await build({
    absWorkingDir: folder,
    entryPoints: names,
    outdir: 'running',
    outExtension: { '.js': '.mjs' },
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    packages: 'external',
    alias: Object.fromEntries(aliased.map((file) => [file.alias, join(folder, file.name)])),
    logLevel: 'silent',
  });
}

function start(folder, name) {
  const path = join(folder, 'running', name.replace(/\.tsx?$/, '.mjs'));
  const child = spawn(process.execPath, [path], { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] });
  const program = { name, child, output: '', ended: false };
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (program.output += chunk));
  child.on('close', () => (program.ended = true));
  return program;
}

async function waitFor(isDone) {
  const giveUpAt = Date.now() + patienceMs;
  while (Date.now() < giveUpAt && !(await isDone())) await delay(50);
}

function freePort() {
  return new Promise((settle) => {
    const probe = createServer();
    probe.listen(0, () => {
      const { port } = probe.address();
      probe.close(() => settle(port));
    });
  });
}
