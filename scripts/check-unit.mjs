// Runs vitest. Among its tests are a client in Python and Redis servers, so Debian's are installed where there are none.
// Arguments go to vitest.
import { join } from 'node:path';
import { installPackages } from './debian.mjs';
import { provideRedis } from './redis.mjs';
import { canRun, root, run, runMain, Stop } from './workspace.mjs';

const python = process.env['PYTHON'] ?? 'python3';
/** The client needs 3.8. */
const isPython = () => canRun(python, ['-c', 'import sys; sys.exit(sys.version_info < (3, 8))']);

await runMain(async () => {
  if (!isPython()) await providePython();
  await provideRedis();
  const args = [join(root, 'node_modules/vitest/vitest.mjs'), 'run', ...process.argv.slice(2)];
  const { code } = await run(process.execPath, args, { inherit: true });
  return code;
});

async function providePython() {
  const advice =
    'The conformance suite runs a client in Python: install Python 3.8 or newer as python3 (Debian: apt-get install python3), or set PYTHON to where it is.';
  if (process.env['PYTHON'] !== undefined)
    throw new Stop(`PYTHON names ${python}, which is no Python 3.8.\n${advice}`);
  await installPackages(['python3'], 'the conformance suite', advice);
  if (!isPython()) throw new Stop(advice);
}
