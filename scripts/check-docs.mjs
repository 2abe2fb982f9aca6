// Checks the documents: their TypeScript compiles against the built packages, their tests and README's quick start run,
// links resolve, and the source files they name are there.
//
// Conventions, which CONTRIBUTING.md need not repeat. They are invisible in the rendered page:
//   ```ts                          every ts and tsx block is compiled, as a module of its own
//   ```ts file=contract.ts         the other blocks of the page may import it as './contract.js';
//                                  blocks of one page with the same file= are one file, in their order
//   ```ts file=a.ts as=@acme/a     … and also as '@acme/a'
//   ```ts file=a.test.ts           a file with such a name is also run, by vitest
//   <!-- prelude                   TypeScript whose exports are in scope in every block of the page
//   export declare const x: X;     that does not declare the name itself
//   -->
//   // @ts-expect-error: why       shows, inside a block, what must not compile
//   <!-- quick-start server=server.ts client=client.ts expects="text" -->
//                                  both files are run, with a free port in place of 8080 and a full address in
//                                  place of url: '/ws'; the client must print the text
import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join, relative } from 'node:path';
import { build } from './build.mjs';
import { compilePage, layOutPage } from './docs/compiled-pages.mjs';
import { brokenLinks } from './docs/links.mjs';
import { readPage } from './docs/pages.mjs';
import { runQuickStart } from './docs/quick-start.mjs';
import { missingSources } from './docs/source-paths.mjs';
import { runPageTests } from './docs/tests.mjs';
import { root, runMain, say } from './workspace.mjs';

// inside e2e, which depends on everything that the documents import
const scratch = join(root, 'e2e/.docs-check');
const ignored = new Set(['node_modules', 'dist', '.git', '.docs-check', '.cache', 'test-results', 'fixture']);

await runMain(async () => {
  await build();
  rmSync(scratch, { recursive: true, force: true });
  const pages = markdownIn(root).map((file) => readPage(relative(root, file), readFileSync(file, 'utf8')));
  const problems = pages.flatMap((page) => [
    ...page.problems,
    ...brokenLinks(page, pages),
    ...missingSources(page),
  ]);
  const withCode = pages.filter((page) => page.files.length > 0);
  for (const page of withCode) {
    const folder = layOutPage(page, scratch);
    problems.push(...(await compilePage(page, folder)));
    problems.push(...(await runPageTests(page, scratch)));
  }
  problems.push(...(await quickStartProblems(pages)));
  for (const problem of problems) say(problem);
  const files = withCode.reduce((sum, page) => sum + page.files.length, 0);
  say(`${pages.length} documents, ${files} pieces of code: ${problems.length} problems`);
  if (problems.length > 0) return 1;
  rmSync(scratch, { recursive: true, force: true });
  return 0;
});

async function quickStartProblems(pages) {
  if (!existsSync(join(root, 'README.md'))) return ['README.md: is missing'];
  const readme = pages.find((page) => page.path === 'README.md');
  if (!readme.quickStart)
    return ['README.md: has no quick-start comment, so nobody knows whether its quick start runs'];
  return runQuickStart(readme, scratch);
}

function markdownIn(folder) {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (ignored.has(entry.name)) return [];
    if (entry.isDirectory()) return markdownIn(path);
    return entry.name.endsWith('.md') ? [path] : [];
  });
}
