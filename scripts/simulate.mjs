// `npm run simulate`: bundles the simulation with the packages' sources, and runs it. Arguments go to e2e/simulation/main.ts.
import { join } from 'node:path';
import { bundleForNode } from './bundle.mjs';
import { run, runMain } from './workspace.mjs';

await runMain(async () => {
  const outdir = await bundleForNode('e2e', {
    ...{ from: 'simulation', to: 'simulation/dist', conditions: ['@wirepact/source'] },
    entries: ['main'],
  });
  const { code } = await run(
    process.execPath,
    ['--enable-source-maps', join(outdir, 'main.js'), ...process.argv.slice(2)],
    { inherit: true },
  );
  return code;
});
