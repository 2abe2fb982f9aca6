// Packs the built packages exactly as they would be published. pnpm does it, since only it applies `publishConfig`
// and turns `workspace:` versions into real ones.
import { mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { build } from './build.mjs';
import { root, runPnpm, Stop } from './workspace.mjs';

const names = ['core', 'server', 'client', 'react', 'redis'];

/** Builds and packs the packages into `folder`; resolves with a map of package name → tarball. */
export async function packPackages(folder) {
  await build();
  const tarballs = new Map();
  for (const name of names) {
    const target = join(folder, name);
    mkdirSync(target, { recursive: true });
    const cwd = join(root, 'packages', name);
    const { code, output } = await runPnpm(['pack', '--pack-destination', target], { cwd });
    if (code !== 0) throw new Stop(`${output}\nPacking ${name} failed.`);
    tarballs.set(`@wirepact/${name}`, join(target, readdirSync(target)[0]));
  }
  return tarballs;
}
