// Compares the table of options in docs/server.md with the defaults in the code.
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { defaultOptions } from './resolve-options.js';

const page = readFileSync(new URL('../../../docs/server.md', import.meta.url), 'utf8');

test('every figure in the table of options is the default, and none is missing', () => {
  const said = Object.fromEntries(
    [...page.matchAll(/^\| `(\w+\.\w+)` +\| (\d+) +\|/gm)].map(([, name, figure]) => [name, Number(figure)]),
  );
  const held = Object.fromEntries(
    Object.entries(defaultOptions).flatMap(([group, figures]) =>
      Object.entries(figures).map(([name, figure]) => [`${group}.${name}`, figure]),
    ),
  );
  expect(said).toEqual(held);
});
