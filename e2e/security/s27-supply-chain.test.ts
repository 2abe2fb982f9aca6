// S27: what is installed with a package is as little as can be, and its versions are pinned for those who build it.
import { readFileSync } from 'node:fs';
import { build } from 'esbuild';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const root = new URL('../../', import.meta.url);

interface Manifest {
  readonly dependencies?: Record<string, string>;
  readonly devDependencies?: Record<string, string>;
  readonly optionalDependencies?: Record<string, string>;
  readonly scripts?: Record<string, string>;
  readonly files?: readonly string[];
}
const manifestOf = (folder: string): Manifest =>
  JSON.parse(readFileSync(new URL(`${folder}/package.json`, root), 'utf8')) as Manifest;

test.each([
  ['core', []],
  ['server', ['@wirepact/core', 'ws']],
  ['client', ['@wirepact/core', 'isomorphic-ws', 'ws']],
  ['react', ['@wirepact/client', '@wirepact/core']],
  ['redis', ['@redis/client', '@wirepact/core', '@wirepact/server']],
])('@wirepact/%s depends on %j', (name, dependencies) => {
  const manifest = manifestOf(`packages/${name}`);
  expect(Object.keys(manifest.dependencies ?? {}).sort()).toEqual(dependencies);
  expect(manifest.optionalDependencies).toBeUndefined();
});

test.each(['core', 'server', 'client', 'react', 'redis'])('installing @wirepact/%s runs nothing', (name) => {
  const { scripts = {}, files } = manifestOf(`packages/${name}`);
  const hooks = ['preinstall', 'install', 'postinstall', 'prepare'];
  expect(hooks.filter((hook) => hook in scripts)).toEqual([]);
  expect(files).toEqual(['dist']);
});

test('neither ws nor isomorphic-ws is in what a browser loads', async () => {
  const { metafile, outputFiles } = await build({
    stdin: {
      contents: `export { createClient } from './packages/client/src/index.ts'`,
      resolveDir: fileURLToPath(root),
    },
    conditions: ['@wirepact/source', 'browser'],
    ...{ bundle: true, write: false, metafile: true, format: 'esm', platform: 'browser', logLevel: 'silent' },
  });
  const foreign = Object.keys(metafile.inputs).filter((path) => path.includes('node_modules'));
  expect(foreign).toEqual([]);
  expect(outputFiles[0]?.text).not.toContain('isomorphic-ws');
});

test.each(['.', 'e2e', 'bench', ...['contract', 'server', 'web'].map((part) => `examples/chat/${part}`)])(
  'what %s uses is pinned to a version',
  (folder) => {
    const { dependencies = {}, devDependencies = {} } = manifestOf(folder);
    const loose = Object.entries({ ...dependencies, ...devDependencies }).filter(
      ([, version]) => !/^(npm:[\w@/-]+@)?\d+\.\d+\.\d+$|^workspace:/.test(version),
    );
    expect(loose).toEqual([]);
  },
);

test('the lockfile has a checksum of everything, and nothing that comes from elsewhere than a registry', () => {
  const lockfile = readFileSync(new URL('pnpm-lock.yaml', root), 'utf8');
  const resolutions = lockfile.match(/^ +resolution: .*$/gm) ?? [];
  expect(resolutions.length).toBeGreaterThan(100);
  const odd = resolutions.filter(
    (line) => !/^ +resolution: \{integrity: sha512-[A-Za-z0-9+/]{86}==\}$/.test(line),
  );
  expect(odd).toEqual([]);
});

test('of what is installed only what was allowed to runs anything', () => {
  const settings = readFileSync(new URL('pnpm-workspace.yaml', root), 'utf8');
  const [, allowed = ''] = /^allowBuilds:\n((?: {2}.*\n)*)/m.exec(settings) ?? [];
  expect(allowed).toBe('  esbuild: true\n');
});
