// Every row of the table in docs/security.md has a test of its own, named by its id; and every such test has a row.
import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

const rowCount = 30;

const page = readFileSync(new URL('../../docs/security.md', import.meta.url), 'utf8');
const rows = new Map(
  [...page.matchAll(/^\| (S\d+) +\| (.*) \|$/gm)].map(([, id = '', rest = '']) => [id, rest]),
);
const files = readdirSync(new URL('.', import.meta.url)).filter((name) => /^s\d\d-.*\.test\.ts$/.test(name));
const ids = Array.from({ length: rowCount }, (_, index) => `S${index + 1}`);

test(`there are ${rowCount} rows, each once`, () => {
  expect([...rows.keys()]).toEqual(ids);
});

test.each(ids)('%s has a test that its row leads to', (id) => {
  const row = rows.get(id) ?? '';
  const prefix = `s${id.slice(1).padStart(2, '0')}-`;
  const own = files.filter((name) => name.startsWith(prefix));
  expect(own).toHaveLength(1);
  const [name = ''] = own;
  expect(row).toContain(`(../e2e/security/${name})`);
  const source = readFileSync(new URL(name, import.meta.url), 'utf8');
  expect(source.split('\n')[0]).toContain(`// ${id}: `);
  expect(source).toMatch(/^test(\.each)?\(/m);
});

test('no test is left over', () => {
  expect(files.map((name) => `S${Number(name.slice(1, 3))}`).filter((id) => !rows.has(id))).toEqual([]);
});
