// Packs the packages and has publint and are-the-types-wrong judge the tarballs.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { packPackages } from './pack-packages.mjs';
import { root, run, runMain, say } from './workspace.mjs';

const bin = (name) => join(root, 'node_modules/.bin', name);

await runMain(async () => {
  const folder = mkdtempSync(join(tmpdir(), 'wirepact-packages-'));
  try {
    let failed = 0;
    for (const [name, tarball] of await packPackages(folder)) {
      const publint = await run(bin('publint'), ['run', tarball, '--strict']);
      const attw = await run(bin('attw'), [tarball, '--no-color', '--no-emoji', '--format', 'table-flipped']);
      const passed = publint.code === 0 && attw.code === 0;
      say(
        passed
          ? `${name}: publint and are-the-types-wrong are content`
          : `${name}\n${publint.output}${attw.output}`,
      );
      if (!passed) failed += 1;
    }
    return failed === 0 ? 0 : 1;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
