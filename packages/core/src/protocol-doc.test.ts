// Compares PROTOCOL.md with the code: the protocol's own frames, the close codes and the examples.
import { readFileSync } from 'node:fs';
import ts from 'typescript';
import { expect, test } from 'vitest';
import { afterClose, closeCodes } from './close-codes.js';

const read = (file: string): string => readFileSync(new URL(file, import.meta.url), 'utf8');
const page = read('../../../PROTOCOL.md');

const frames = ts.createSourceFile('frames.ts', read('frames.ts'), ts.ScriptTarget.Latest);
const ownPaths = frames.statements
  .filter(ts.isInterfaceDeclaration)
  .filter(({ name }) => name.text === 'ProtocolData')
  .flatMap(({ members }) => members.map(({ name }) => name?.getText(frames) ?? ''));

test('shows every frame of the protocol, and no other', () => {
  const shown = [...page.matchAll(/"path":\s?"(\$\w+)"/g)].map(([, path]) => path);
  expect([...new Set(shown)].sort()).toEqual([...ownPaths].sort());
});

test('says of every close code of ours whether the client comes back', () => {
  const rows = [...page.matchAll(/^\| (\d{4}) .*\| ([^|]+?) +\|$/gm)];
  const said = new Map(rows.map(([, code, then = '']) => [Number(code), then]));
  for (const code of Object.values(closeCodes)) {
    const then = said.get(code) ?? 'nothing';
    const expected = code === closeCodes.overloaded ? 'likewise' : expectedAfter(code);
    expect(`${code} ${then}`).toContain(expected);
  }
});

function expectedAfter(code: number): string {
  return { stay: 'stays closed', return: 'returns', window: 'within' }[afterClose(code)];
}

test('has examples that are JSON', () => {
  const examples = [...page.matchAll(/`(\{"(?:path|event)":[^`]*\})`/g)].map(([, example = '']) => example);
  expect(examples.length).toBeGreaterThan(30);
  for (const example of examples) {
    const whole = example
      .replaceAll('{…}', '{}')
      .replaceAll(/,…/g, '')
      .replaceAll(/(?<!")…(?!")/g, '');
    expect(() => JSON.parse(whole) as unknown, example).not.toThrow();
  }
});
