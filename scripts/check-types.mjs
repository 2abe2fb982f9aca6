// Compiles every tsconfig.json of the workspace under TypeScript 7 and 6. Each package has its own libs: core sees
// neither the DOM nor Node, whatever its neighbours use.
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { build } from './build.mjs';
import { root, run, runMain, say } from './workspace.mjs';

const compilers = ['typescript7', 'typescript'];
const folders = ['packages', 'examples/chat'].flatMap((parent) =>
  readdirSync(join(root, parent)).map((name) => `${parent}/${name}`),
);
const projects = [
  ...folders.map((folder) => `${folder}/tsconfig.json`),
  'tsconfig.test.json',
  'e2e/tsconfig.json',
  'bench/tsconfig.json',
].filter((project) => existsSync(join(root, project)));

async function compile(compiler, project) {
  const args = [`node_modules/${compiler}/bin/tsc`, '-p', project, '--noEmit', '--pretty', 'false'];
  const { code, output } = await run(process.execPath, args);
  if (code !== 0) say(`${project} (${compiler})\n${output}`);
  return code;
}

await runMain(async () => {
  // the example and the browser tests see the packages as users do: built
  await build({ example: true });
  let failed = 0;
  for (const compiler of compilers) {
    for (const project of projects) failed += Math.min(1, await compile(compiler, project));
  }
  say(`${projects.length * compilers.length - failed} compilations passed, ${failed} failed`);
  return failed === 0 ? 0 : 1;
});
