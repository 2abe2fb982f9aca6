// Runs the browser tests in Chromium and Firefox against the built example. Arguments go to Playwright. `LIFECYCLE_CYCLES=50`
// goes through each thing that happens to a page that often, and waits as long as browsers do.
import { join } from 'node:path';
import { provideBrowsers } from './browsers.mjs';
import { build } from './build.mjs';
import { root, run, runMain } from './workspace.mjs';

await runMain(async () => {
  await provideBrowsers();
  await build({ example: true });
  const cli = join(root, 'e2e/node_modules/@playwright/test/cli.js');
  const { code } = await run(process.execPath, [cli, 'test', ...process.argv.slice(2)], {
    cwd: join(root, 'e2e'),
    inherit: true,
  });
  return code;
});
