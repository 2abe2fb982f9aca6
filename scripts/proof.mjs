// `npm run proof`: bundles the chaos harness with the packages' sources, and runs it. Arguments go to e2e/chaos/main.ts.
import { join } from 'node:path';
import { bundleForNode } from './bundle.mjs';
import { provideNetworkTools } from './network-tools.mjs';
import { provideRedis } from './redis.mjs';
import { run, runMain } from './workspace.mjs';

await runMain(async () => {
  await provideRedis();
  // no row of npm test needs them
  if (!process.argv.includes('--check')) await provideNetworkTools();
  const outdir = await bundleForNode('e2e', {
    ...{ from: 'chaos', to: 'chaos/dist', conditions: ['@wirepact/source'] },
    entries: [
      ...['main', 'server-process', 'netns/client-process', 'measures/measured-process'],
      ...['measures/fuzzed-process', 'measures/joined-process', 'measures/crowd-process'],
    ],
  });
  const { code } = await run(
    process.execPath,
    ['--enable-source-maps', '--expose-gc', join(outdir, 'main.js'), ...process.argv.slice(2)],
    { inherit: true },
  );
  return code;
});
