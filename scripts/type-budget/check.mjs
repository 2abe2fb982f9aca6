// The type-check budget: what a contract of 200 channels and 400 uses of it cost the compiler, in instantiations.
// Instantiations are the same on every machine, which milliseconds are not.
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { root, run, runMain, say, Stop } from '../workspace.mjs';
import { contractSource, usesSource } from './generate.mjs';

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

/** What the compiler says of its work. @throws Stop where it refuses it */
async function tsc(compiler, name, files, options) {
  const compilerOptions = { lib: ['ES2022', 'ESNext.Disposable', 'DOM'], declaration: false, ...options };
  const config = { extends: join(root, 'tsconfig.base.json'), compilerOptions, files };
  write(`tsconfig.${name}.json`, JSON.stringify(config));
  const bin = join(root, 'node_modules', compiler, 'bin/tsc');
  const args = [bin, '-p', `tsconfig.${name}.json`, '--extendedDiagnostics'];
  const { code, output } = await run(process.execPath, args, { cwd: folder });
  if (code === 0) return output;
  throw new Stop(`${compiler} refuses ${name}, so that nothing can be measured:\n${output.slice(0, 2_000)}`);
}

async function emit(name, files, options) {
  await tsc('typescript', name, files, {
    noEmit: false,
    declaration: true,
    emitDeclarationOnly: true,
    ...options,
  });
}

async function measure(compiler, form) {
  const report = await tsc(compiler, form, [`${form}/uses.ts`], { paths: paths(folder, '.d.ts') });
  const read = (label) => Number(report.match(new RegExp(`${label}:\\s+([\\d.]+)`))[1]);
  return { instantiations: read('Instantiations'), seconds: read('Check time') };
}

await runMain(async () => {
  rmSync(folder, { recursive: true, force: true });
  write('source/contract.ts', contractSource());
  for (const { name } of forms) write(`${name}/uses.ts`, usesSource());
  // the packages as declarations, as an application has them: what their own sources cost is no part of the figure
  const sources = Object.values(entries).map((file) => join(root, `${file}.ts`));
  await emit('packages', sources, { paths: paths(root, '.ts'), rootDir: root, outDir: '.' });
  const ofPackages = paths(folder, '.d.ts');
  await emit('contract', ['source/contract.ts'], {
    ...{ paths: ofPackages, rootDir: 'source', outDir: 'declarations' },
  });
  let code = 0;
  for (const { name, budget } of forms) {
    const six = await measure('typescript', name);
    const seven = await measure('typescript7', name);
    const isOver = six.instantiations > budget;
    if (isOver) code = 1;
    const [count, limit, other] = [six.instantiations, budget, seven.instantiations].map((n) =>
      n.toLocaleString('en'),
    );
    say(
      `${isOver ? '✗' : '✓'} contract as ${name}: ${count} of ${limit} instantiations, ${six.seconds} s` +
        ` (TypeScript 7: ${other}, ${seven.seconds} s)`,
    );
  }
  if (code !== 0) say('Over budget. Look for a type that is worked out although nobody looks at it.');
  return code;
});
