// The packed-consumer check: installs the packed packages into a stranger's application outside the workspace, without
// hoisting, compiles it with declarations under both resolutions and both compilers, and runs it as ESM and as CJS.
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { packPackages } from '../../scripts/pack-packages.mjs';
import { root, run, runMain, runPnpm, say, Stop } from '../../scripts/workspace.mjs';

const compilers = ['typescript7', 'typescript'];
const projects = [
  'contract/tsconfig.json',
  'contract-cjs/tsconfig.json',
  'app/tsconfig.nodenext.json',
  'app/tsconfig.bundler.json',
  'app/tsconfig.page.json',
];
/** What the CommonJS client takes its socket from in a page, as Jest with jsdom asks for it: no ES module. */
const socketOfPages = `
  require('@wirepact/client');
  require('node:module').createRequire(require.resolve('@wirepact/client')).resolve('#websocket');
`;
const programs = ['app/dist/program.mjs', 'app/dist/program.cjs'];

await runMain(async () => {
  const folder = mkdtempSync(join(tmpdir(), 'wirepact-consumer-'));
  try {
    const app = join(folder, 'fixture');
    const tarballs = await packPackages(join(folder, 'packed'));
    layOut(app, tarballs);
    say('Installing the packed packages outside the workspace, without hoisting …');
    await must('pnpm install', runPnpm(['install', '--prefer-offline', '--ignore-scripts'], { cwd: app }));
    for (const compiler of compilers) {
      for (const project of projects) {
        const tsc = join(root, 'node_modules', compiler, 'bin/tsc');
        await must(`${project} under ${compiler}`, run(process.execPath, [tsc, '-p', project], { cwd: app }));
      }
    }
    for (const program of programs)
      await must(program, run(process.execPath, [program], { cwd: app }), 'exchanged');
    const required = run(process.execPath, ['--conditions=browser', '-p', socketOfPages], {
      cwd: join(app, 'app'),
    });
    await must('require for pages', required, 'websocket.browser.cjs');
    return 0;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

/** Copies the fixture, makes the CommonJS twin of what exists as ESM, and pins what it depends on. */
function layOut(app, tarballs) {
  cpSync(join(root, 'e2e/consumer/fixture'), app, { recursive: true });

  cpSync(join(app, 'contract'), join(app, 'contract-cjs'), { recursive: true });
  const { type: _esm, ...contract } = JSON.parse(readFileSync(join(app, 'contract/package.json'), 'utf8'));
  writeJson(join(app, 'contract-cjs/package.json'), { ...contract, name: '@acme/contract-cjs' });
  const program = readFileSync(join(app, 'app/src/program.mts'), 'utf8');
  writeFileSync(join(app, 'app/src/program.cts'), program.replace('@acme/contract', '@acme/contract-cjs'));

  const overrides = installedVersions();
  for (const [name, tarball] of tarballs) overrides[name] = `file:${tarball}`;
  // YAML reads JSON
  const workspace = {
    packages: ['contract', 'contract-cjs', 'app'],
    hoist: false,
    shamefullyHoist: false,
    overrides,
  };
  writeJson(join(app, 'pnpm-workspace.yaml'), workspace);
  writeJson(join(app, 'package.json'), { name: 'fixture', private: true });
}

/** What the workspace itself has installed, so that nothing here depends on what the registry has today. */
function installedVersions() {
  const users = {
    '.': ['zod', 'react', '@types/react', '@types/node'],
    'packages/server': ['ws'],
    'packages/client': ['isomorphic-ws'],
    'packages/redis': ['@redis/client'],
  };
  return Object.fromEntries(
    Object.entries(users).flatMap(([user, names]) =>
      names.map((name) => {
        const manifest = readFileSync(join(root, user, 'node_modules', name, 'package.json'), 'utf8');
        return [name, JSON.parse(manifest).version];
      }),
    ),
  );
}

function writeJson(file, value) {
  writeFileSync(file, JSON.stringify(value, undefined, 2));
}

async function must(what, running, expected = '') {
  const { code, output } = await running;
  if (code !== 0 || !output.includes(expected)) throw new Stop(`${output}\n${what}: failed`);
  say(`${what}: passed`);
}
