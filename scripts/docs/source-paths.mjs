// Finds the source files and documents that a document names and that are not there (any more).
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { root } from '../workspace.mjs';

const sourcePath = /^(?:packages\/)?[a-z]+\/src\/[\w./{},-]+$|^(?:docs|e2e|protocol|scripts)\/[\w./{},-]+$/;

/** One line for each file or folder that the page names in code, as `server/src/{a,b}.ts`, without there being one. */
export function missingSources(page) {
  return page.prose.flatMap(({ text, line }) =>
    [...text.matchAll(/`([^`]+)`/g)]
      .filter(([, path]) => sourcePath.test(path))
      .flatMap(([, path]) => eachOf(path))
      .filter((path) => !placesOf(path, page).some((place) => existsSync(place)))
      .map((path) => `${page.path}:${line}: ${path} is not there`),
  );
}

/** `a/{b,c}.ts` stands for `a/b.ts` and `a/c.ts`. */
function eachOf(path) {
  const [, before, names, after] = /^(.*)\{(.*)\}(.*)$/.exec(path) ?? [];
  return names === undefined ? [path] : names.split(',').map((name) => before + name + after);
}

function placesOf(path, page) {
  return [join(root, path), join(root, 'packages', path), join(root, dirname(page.path), path)];
}
