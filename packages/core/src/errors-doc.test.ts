// Compares docs/errors.md with the table of codes: every code is a heading there, with the same word on retrying.
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { errorCodes } from './errors.js';

const page = readFileSync(new URL('../../../docs/errors.md', import.meta.url), 'utf8');
const headings = [...page.matchAll(/^### `(\w+)`\n+Retryable: (yes|no)\b/gm)];

test('every code of the library is a heading of the page, and no other is', () => {
  expect(headings.map(([, code]) => code).sort()).toEqual(Object.keys(errorCodes).sort());
});

test('the page says of each code whether trying again may help', () => {
  const said = Object.fromEntries(headings.map(([, code, retryable]) => [code, retryable === 'yes']));
  expect(said).toEqual(errorCodes);
});
