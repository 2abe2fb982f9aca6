// Writes a page's code as real files and compiles them as a user's would be: against the built packages.
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import ts from 'typescript';
import { root, run } from '../workspace.mjs';

const compilerOptions = {
  target: 'es2022',
  module: 'esnext',
  moduleResolution: 'bundler',
  lib: ['es2022', 'esnext.disposable', 'dom', 'dom.iterable'],
  types: ['node'],
  jsx: 'react-jsx',
  strict: true,
  skipLibCheck: true,
  noEmit: true,
};

/** Where a page's files lie under the scratch folder. */
export function folderOf(page, scratch) {
  return join(
    scratch,
    page.path
      .replace(/\.md$/, '')
      .replaceAll(/[^\w]+/g, '-')
      .toLowerCase(),
  );
}

/** Writes the page's files and their tsconfig.json; the first line of each file is ours, the rest is the page's. */
export function layOutPage(page, scratch) {
  const folder = folderOf(page, scratch);
  const offered = page.prelude ? exportedNames(parse(page.prelude)) : [];
  if (page.prelude) writeCode(folder, page.prelude, '');
  for (const file of page.files) {
    const own = declaredNames(parse(file));
    const names = offered.filter((name) => !own.has(name));
    writeCode(folder, file, names.length > 0 ? `import { ${names.join(', ')} } from './prelude.js';` : '');
  }
  const aliased = page.files.filter((file) => file.alias);
  const paths = Object.fromEntries(aliased.map((file) => [file.alias, [`./${file.name}`]]));
  const config = { compilerOptions: { ...compilerOptions, paths }, include: ['.'] };
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(config));
  return folder;
}

/** Compiles a page's files; resolves with its problems, each with the line of the document. */
export async function compilePage(page, folder) {
  const tsc = join(root, 'node_modules/typescript7/bin/tsc');
  const { code, output } = await run(process.execPath, [tsc, '-p', '.', '--pretty', 'false'], {
    cwd: folder,
  });
  if (code === 0) return [];
  return output
    .trimEnd()
    .split('\n')
    .map((line) => {
      const place = /^(\S+?)\((\d+),\d+\): (.*)$/.exec(line);
      const file = place && [...page.files, page.prelude].find((candidate) => candidate?.name === place[1]);
      if (!file) return line;
      const lineNumber = file.lineNumbers[Number(place[2]) - 2] ?? file.lineNumbers[0];
      return `${page.path}:${lineNumber}: ${place[3]}`;
    });
}

function writeCode(folder, file, firstLine) {
  const path = join(folder, file.name);
  mkdirSync(dirname(path), { recursive: true });
  // a block without imports is still a module: two blocks may declare the same name
  writeFileSync(path, [firstLine, ...file.lines, 'export {};', ''].join('\n'));
}

function parse(file) {
  return ts.createSourceFile(
    file.name,
    file.lines.join('\n'),
    ts.ScriptTarget.ES2022,
    true,
    ts.ScriptKind.TSX,
  );
}

function exportedNames(source) {
  const isExported = (statement) =>
    ts.canHaveModifiers(statement) &&
    ts.getModifiers(statement)?.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword);
  return source.statements.flatMap((statement) => {
    if (ts.isExportDeclaration(statement))
      return statement.exportClause?.elements.map(({ name }) => name.text) ?? [];
    return isExported(statement) ? namesOf(statement) : [];
  });
}

function declaredNames(source) {
  return new Set(source.statements.flatMap(namesOf));
}

/** The names that a top-level statement brings into scope. */
function namesOf(statement) {
  if (ts.isVariableStatement(statement))
    return statement.declarationList.declarations.flatMap(({ name }) => boundNames(name));
  if (!ts.isImportDeclaration(statement)) return statement.name ? [statement.name.text] : [];
  const { name, namedBindings } = statement.importClause ?? {};
  const named =
    namedBindings && (ts.isNamespaceImport(namedBindings) ? [namedBindings] : namedBindings.elements);
  return [...(name ? [name.text] : []), ...(named ?? []).map((element) => element.name.text)];
}

function boundNames(name) {
  if (ts.isIdentifier(name)) return [name.text];
  return name.elements.filter(ts.isBindingElement).flatMap((element) => boundNames(element.name));
}
