// `npm run proof`: bundles the chaos harness with the packages' sources, and runs it. Arguments go to e2e/chaos/main.ts.
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { build as bundle } from 'esbuild';
import { provideNetworkTools } from './network-tools.mjs';
import { provideRedis } from './redis.mjs';
import { root, run, runMain } from './workspace.mjs';

await runMain(async () => {
  await provideRedis();
  // no row of npm test needs them
  if (!process.argv.includes('--check')) await provideNetworkTools();
  const folder = join(root, 'e2e');
  const outdir = join(folder, 'chaos/dist');
  const { devDependencies } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  rmSync(outdir, { recursive: true, force: true });
  await bundle({
    entryPoints: [
      ...['main', 'server-process', 'netns/client-process', 'measures/measured-process'],
      ...['measures/fuzzed-process', 'measures/joined-process', 'measures/crowd-process'],
    ].map((name) => join(folder, `chaos/${name}.ts`)),
    // our own packages are taken in: a change to them in the middle of a run must not disturb it
    conditions: ['@wirepact/source'],
    alias: { 'isomorphic-ws': 'ws' },
    external: Object.keys(devDependencies).filter((name) => !name.startsWith('@wirepact/')),
    ...{ outdir, bundle: true, splitting: true, sourcemap: true },
    ...{ format: 'esm', platform: 'node', target: 'node20' },
    // the client of Redis is CommonJS, and is taken in with our own package
    banner: {
      js: "import { createRequire as requireIn } from 'node:module'; const require = requireIn(import.meta.url);",
    },
  });
  const { code } = await run(
    process.execPath,
    ['--enable-source-maps', '--expose-gc', join(outdir, 'main.js'), ...process.argv.slice(2)],
    { inherit: true },
  );
  return code;
});
