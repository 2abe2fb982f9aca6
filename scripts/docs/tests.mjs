// Runs the tests that a page shows: its files with a name like chat.test.ts, against the built packages.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root, run } from '../workspace.mjs';
import { folderOf } from './compiled-pages.mjs';

/** Resolves with the problems of the page's tests: none when they all pass, or when it shows none. */
export async function runPageTests(page, scratch) {
  if (!page.files.some(({ name }) => /\.test\.tsx?$/.test(name))) return [];
  const folder = folderOf(page, scratch);
  // without one here the workspace's own configuration would be found, which leaves this folder out
  writeFileSync(join(folder, 'vitest.config.mjs'), 'export default {};\n');
  const vitest = join(root, 'node_modules/vitest/vitest.mjs');
  const { code, output } = await run(process.execPath, [vitest, 'run'], { cwd: folder });
  return code === 0 ? [] : [`${page.path}: its tests fail\n${output.trimEnd()}`];
}
