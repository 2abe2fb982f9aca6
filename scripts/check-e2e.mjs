// Runs the browser tests in Chromium and Firefox against the built example. Arguments go to Playwright. `LIFECYCLE_CYCLES=50`
// goes through each thing that happens to a page that often, and waits as long as browsers do.
import { join } from 'node:path';
import { provideBalancers } from './balancers.mjs';
import { provideBrowsers } from './browsers.mjs';
import { build } from './build.mjs';
import { provideRedis } from './redis.mjs';
import { root, run, runMain } from './workspace.mjs';

await runMain(async () => {
  await provideBrowsers();
  await provideRedis();
  await provideBalancers();
  await build({ example: true });
  const cli = join(root, 'e2e/node_modules/@playwright/test/cli.js');
  const { code } = await run(process.execPath, [cli, 'test', ...process.argv.slice(2)], {
    cwd: join(root, 'e2e'),
    inherit: true,
  });
  return code;
});
