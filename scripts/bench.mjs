// `npm run bench`: builds the packages, bundles them with the bench, and runs it. Arguments go to bench/src/main.ts.
import { join } from 'node:path';
import { build } from './build.mjs';
import { bundleForNode } from './bundle.mjs';
import { provideRedis } from './redis.mjs';
import { run, runMain } from './workspace.mjs';

/** The case that needs Redis, and runs only if it is named. */
const needsRedis = process.argv.some((argument) => argument.split(/[=,]/).includes('cluster'));

await runMain(async () => {
  if (needsRedis) await provideRedis();
  await build();
  const outdir = await bundleForNode('bench', {
    ...{ from: 'src', to: 'dist' },
    entries: ['main', 'turn-process', 'server-process', 'crowd-process'],
  });
  const { code } = await run(process.execPath, [join(outdir, 'main.js'), ...process.argv.slice(2)], {
    inherit: true,
  });
  return code;
});
