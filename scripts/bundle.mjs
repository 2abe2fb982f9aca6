// Bundles programs of the workspace for Node, with our own packages in them: a change to those in the middle of a run must not
// disturb it.
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { build as bundle } from 'esbuild';
import { root } from './workspace.mjs';

/**
 * @param {string} folder of the workspace, relative to the root: what its package.json depends on stays outside
 * @param {{ from: string, to: string, entries: string[], conditions?: string[] }} options folders relative to that one, and
 *   the names of the files that are run
 * @returns the folder of what was made
 */
export async function bundleForNode(folder, { from, to, entries, conditions = [] }) {
  const outdir = join(root, folder, to);
  const manifest = JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8'));
  const used = Object.keys({ ...manifest.dependencies, ...manifest.devDependencies });
  rmSync(outdir, { recursive: true, force: true });
  await bundle({
    entryPoints: entries.map((name) => join(root, folder, from, `${name}.ts`)),
    conditions,
    // what our client takes in requires ws, which a bundle of modules cannot
    alias: { 'isomorphic-ws': 'ws' },
    external: used.filter((name) => !name.startsWith('@wirepact/')),
    ...{ outdir, bundle: true, splitting: true, sourcemap: true },
    ...{ format: 'esm', platform: 'node', target: 'node20' },
    // the client of Redis is CommonJS, and is taken in with our own package
    banner: {
      js: "import { createRequire as requireIn } from 'node:module'; const require = requireIn(import.meta.url);",
    },
  });
  return outdir;
}
