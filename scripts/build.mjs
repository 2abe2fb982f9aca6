// Builds the packages, and with `--example` the example too. What did not change since its last build is skipped.
import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join, relative } from 'node:path';
import { pathToFileURL } from 'node:url';
import {
  clearStamp,
  fingerprintOf,
  readStamp,
  root,
  run,
  runMain,
  say,
  Stop,
  writeStamp,
} from './workspace.mjs';

/** In the order of their dependencies; those in one step are built side by side. */
const packageSteps = [
  ['packages/core'],
  ['packages/server', 'packages/client'],
  ['packages/react', 'packages/redis'],
];
const exampleSteps = [['examples/chat/contract'], ['examples/chat/server', 'examples/chat/web']];

const ignored = new Set(['node_modules', 'dist']);
const isTest = /\.(test|test-d)\.[cm]?tsx?$/;

/** Builds the packages; with `example`, the example application after them. */
export async function build({ example = false } = {}) {
  // a change in one step rebuilds all later ones, since those may have taken in what it exports
  const before = ['pnpm-lock.yaml', 'tsconfig.base.json'];
  for (const step of example ? [...packageSteps, ...exampleSteps] : packageSteps) {
    await Promise.all(step.filter(hasBuild).map((folder) => buildFolder(folder, before)));
    for (const folder of step) before.push(...sourcesIn(folder));
  }
}

async function buildFolder(folder, before) {
  const stamp = `built-${folder.replaceAll('/', '-')}`;
  const wanted = fingerprintOf([...before, ...sourcesIn(folder)]);
  const dist = join(root, folder, 'dist');
  if (existsSync(dist) && readStamp(stamp) === wanted) return;
  say(`Building ${folder} …`);
  clearStamp(stamp);
  rmSync(dist, { recursive: true, force: true });
  const { code, output } = await run('npm', ['run', '--silent', 'build'], { cwd: join(root, folder) });
  if (code !== 0) throw new Stop(`${output}\nBuilding ${folder} failed.`);
  writeStamp(stamp, wanted);
}

function hasBuild(folder) {
  const manifest = join(root, folder, 'package.json');
  return existsSync(manifest) && JSON.parse(readFileSync(manifest, 'utf8')).scripts?.build !== undefined;
}

/** Every file of a folder that its build can read, relative to the root and sorted. */
function sourcesIn(folder) {
  return readdirSync(join(root, folder), { withFileTypes: true })
    .flatMap((entry) => {
      const path = relative(root, join(root, folder, entry.name));
      if (ignored.has(entry.name) || isTest.test(entry.name)) return [];
      return entry.isDirectory() ? sourcesIn(path) : [path];
    })
    .sort();
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  await runMain(async () => {
    await build({ example: process.argv.includes('--example') });
    return 0;
  });
}
