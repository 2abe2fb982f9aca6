// Ties the shape of frames to the protocol's version: whoever changes a frame must record it in PROTOCOL.md's history.
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import ts from 'typescript';
import { expect, test } from 'vitest';

/** Where the shape is written, and what of it: everything, or some declarations. */
const sources: Readonly<Record<string, readonly string[] | 'all'>> = {
  'frames.ts': 'all',
  'wire-error.ts': ['WireError'],
  'check-channel.ts': ['deliveries', 'Delivery'],
};

const read = (file: string): string => readFileSync(new URL(file, import.meta.url), 'utf8');

/** The declarations as TypeScript prints them, so that neither comments nor line breaks are part of the shape. */
function shapeOf(file: string, wanted: readonly string[] | 'all', text = read(file)): string[] {
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest);
  const printer = ts.createPrinter({ removeComments: true });
  return source.statements
    .filter((statement) => wanted === 'all' || namesOf(statement).some((name) => wanted.includes(name)))
    .filter((statement) => !ts.isImportDeclaration(statement))
    .map((statement) => printer.printNode(ts.EmitHint.Unspecified, statement, source));
}

function namesOf(statement: ts.Statement): string[] {
  if (ts.isInterfaceDeclaration(statement) || ts.isTypeAliasDeclaration(statement))
    return [statement.name.text];
  if (!ts.isVariableStatement(statement)) return [];
  return statement.declarationList.declarations.flatMap(({ name }) =>
    ts.isIdentifier(name) ? [name.text] : [],
  );
}

function hashOf(declarations: readonly string[]): string {
  return createHash('sha256')
    .update([...declarations].sort().join('\n'))
    .digest('hex')
    .slice(0, 12);
}

const declarations = Object.entries(sources).flatMap(([file, wanted]) => shapeOf(file, wanted));

test('the shape of the frames is the last that the history of wirepact.v1 names', () => {
  const [, history = ''] = read('../../../PROTOCOL.md').split(/^### The history of `wirepact\.v1`$/m);
  const shapes = [...history.matchAll(/^\| `([\da-f]{12})`/gm)].map(([, shape]) => shape);
  expect(
    hashOf(declarations),
    'what is in a frame has changed: add a row with this shape to "The history of wirepact.v1" in PROTOCOL.md, which says what changed and that older ends can live with it',
  ).toBe(shapes.at(-1));
});

test('the shape is made of every declaration that it names', () => {
  expect(declarations.join('\n')).toMatch(
    /interface Frame [^]*interface ProtocolData [^]*WireError [^]*Delivery/,
  );
});

test('comments and formatting are no part of the shape, keys and their types are', () => {
  const hash = (text: string): string => hashOf(shapeOf('frames.ts', 'all', text));
  const original = hash('export interface A { readonly b?: number }');
  expect(hash('/** Why. */\nexport interface A {\n  // b\n  readonly b?: number;\n}\n')).toBe(original);
  expect(hash('export interface A { readonly b?: string }')).not.toBe(original);
  expect(hash('export interface A { readonly b: number }')).not.toBe(original);
  expect(hash('export interface A { readonly b?: number; readonly c?: 1 }')).not.toBe(original);
});
