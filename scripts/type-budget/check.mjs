// The type-check budget: what a contract of 200 channels and 400 uses of it cost the compiler, in instantiations.
// Instantiations are the same on every machine, which milliseconds are not.
import { spawnSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { contractSource, usesSource } from './generate.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '../..');
const folder = join(root, 'node_modules/.cache/type-budget');

/** Each form of the contract, and how many instantiations TypeScript 6 may need for its uses. */
const forms = [
  { name: 'source', budget: 235_000 },
  { name: 'declarations', budget: 60_000 },
];

const entries = {
  '@wirepact/client': 'packages/client/src/client',
  '@wirepact/core': 'packages/core/src/index',
  '@wirepact/core/internal': 'packages/core/src/internal',
};

/** Where an import of each package leads: to its sources, or to what was made of them. */
function paths(from, extension) {
  return Object.fromEntries(
    Object.entries(entries).map(([name, file]) => [name, [join(from, `${file}${extension}`)]]),
  );
}

function write(path, text) {
  const file = join(folder, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
}

function tsc(compiler, name, files, options) {
  const compilerOptions = { lib: ['ES2022', 'ESNext.Disposable', 'DOM'], declaration: false, ...options };
  const config = { extends: join(root, 'tsconfig.base.json'), compilerOptions, files };
  write(`tsconfig.${name}.json`, JSON.stringify(config));
  const bin = join(root, 'node_modules', compiler, 'bin/tsc');
  const args = [bin, '-p', `tsconfig.${name}.json`, '--extendedDiagnostics'];
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { cwd: folder, encoding: 'utf8' });
  if (status === 0) return stdout;
  console.error(
    `${compiler} refuses ${name}, so that nothing can be measured:\n${`${stdout}${stderr}`.slice(0, 2_000)}`,
  );
  process.exit(1);
}

function emit(name, files, options) {
  tsc('typescript', name, files, { noEmit: false, declaration: true, emitDeclarationOnly: true, ...options });
}

function measure(compiler, form) {
  const report = tsc(compiler, form, [`${form}/uses.ts`], { paths: paths(folder, '.d.ts') });
  const read = (label) => Number(report.match(new RegExp(`${label}:\\s+([\\d.]+)`))[1]);
  return { instantiations: read('Instantiations'), seconds: read('Check time') };
}

rmSync(folder, { recursive: true, force: true });
write('source/contract.ts', contractSource());
for (const { name } of forms) write(`${name}/uses.ts`, usesSource());
// the packages as declarations, as an application has them: what their own sources cost is no part of the figure
const sources = Object.values(entries).map((file) => join(root, `${file}.ts`));
emit('packages', sources, { paths: paths(root, '.ts'), rootDir: root, outDir: '.' });
emit('contract', ['source/contract.ts'], {
  paths: paths(folder, '.d.ts'),
  rootDir: 'source',
  outDir: 'declarations',
});

for (const { name, budget } of forms) {
  const six = measure('typescript', name);
  const seven = measure('typescript7', name);
  const isOver = six.instantiations > budget;
  if (isOver) process.exitCode = 1;
  const [count, limit, other] = [six.instantiations, budget, seven.instantiations].map((n) =>
    n.toLocaleString('en'),
  );
  console.log(
    `${isOver ? '✗' : '✓'} contract as ${name}: ${count} of ${limit} instantiations, ${six.seconds} s` +
      ` (TypeScript 7: ${other}, ${seven.seconds} s)`,
  );
}
if (process.exitCode === 1) {
  console.error('Over budget. Look for a type that is worked out although nobody looks at it.');
}
