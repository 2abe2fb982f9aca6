// `npm run simulate`: bundles the simulation with the packages' sources, and runs it. Arguments go to e2e/simulation/main.ts.
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { build as bundle } from 'esbuild';
import { root, run, runMain } from './workspace.mjs';

await runMain(async () => {
  const folder = join(root, 'e2e/simulation');
  const outfile = join(folder, 'dist/main.mjs');
  rmSync(join(folder, 'dist'), { recursive: true, force: true });
  await bundle({
    entryPoints: [join(folder, 'main.ts')],
    external: ['ws', 'zod'],
    // which is ws in Node, by way of require
    alias: { 'isomorphic-ws': 'ws' },
    conditions: ['@wirepact/source'],
    ...{ outfile, bundle: true, sourcemap: true, format: 'esm', platform: 'node', target: 'node20' },
  });
  const { code } = await run(process.execPath, ['--enable-source-maps', outfile, ...process.argv.slice(2)], {
    inherit: true,
  });
  return code;
});
