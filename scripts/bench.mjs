// `npm run bench`: builds the packages, bundles them with the bench, and runs it. Arguments go to bench/src/main.ts.
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { build as bundle } from 'esbuild';
import { build } from './build.mjs';
import { provideRedis } from './redis.mjs';
import { root, run, runMain } from './workspace.mjs';

/** The case that needs Redis, and runs only if it is named. */
const needsRedis = process.argv.some((argument) => argument.split(/[=,]/).includes('cluster'));

await runMain(async () => {
  if (needsRedis) await provideRedis();
  await build();
  const folder = join(root, 'bench');
  const outdir = join(folder, 'dist');
  const { dependencies } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  rmSync(outdir, { recursive: true, force: true });
  await bundle({
    entryPoints: ['main', 'turn-process', 'server-process', 'crowd-process'].map((name) =>
      join(folder, `src/${name}.ts`),
    ),
    // what our client takes in requires ws, which a bundle of modules cannot
    alias: { 'isomorphic-ws': 'ws' },
    // our own packages are taken in: a build of them in the middle of a run must not disturb it
    external: Object.keys(dependencies).filter((name) => !name.startsWith('@wirepact/')),
    ...{ outdir, bundle: true, splitting: true, sourcemap: true },
    ...{ format: 'esm', platform: 'node', target: 'node20' },
    // the client of Redis is CommonJS, and is taken in with our own package
    banner: {
      js: "import { createRequire as requireIn } from 'node:module'; const require = requireIn(import.meta.url);",
    },
  });
  const { code } = await run(process.execPath, [join(outdir, 'main.js'), ...process.argv.slice(2)], {
    inherit: true,
  });
  return code;
});
