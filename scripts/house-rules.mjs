// The house rules that no published ESLint rule holds. Each message says why, since that is what one reads.
import { basename } from 'node:path';

const kebabCase = /^\.?[a-z0-9]+(-[a-z0-9]+)*(\.[a-z0-9-]+)*\.[cm]?[jt]sx?$/;
const emptyNames = /^(utils?|helpers?|common|types?|misc|shared|lib)$/;

const fileName = {
  create: (context) => ({
    Program(node) {
      const name = basename(context.filename);
      if (!kebabCase.test(name)) {
        context.report({
          node,
          message: `"${name}" is not kebab-case: one form for all names, so that a reader can guess them.`,
        });
      }
      if (emptyNames.test(name.split('.')[0])) {
        context.report({ node, message: `"${name}" says nothing: name the file after what it exports.` });
      }
    },
  }),
};

const fileOpensWithPurpose = {
  create: (context) => ({
    Program(node) {
      const first = context.sourceCode.getAllComments()[0];
      // a shebang or an environment directive may stand above
      if (first && first.loc.start.line <= 2) return;
      context.report({
        loc: { line: 1, column: 0 },
        node,
        message: 'A file opens with one to three lines: what it owns, and what it does not.',
      });
    },
  }),
};

/** `any` is right in one place: a constraint (or a stand-in for one, `AnyX`) that wants to accept everything. */
const anyOnlyInConstraints = {
  create: (context) => ({
    TSAnyKeyword(node) {
      for (let child = node, parent = node.parent; parent; child = parent, parent = parent.parent) {
        if (parent.type === 'TSTypeParameter' && parent.constraint === child) return;
        if (parent.type === 'TSConditionalType' && parent.extendsType === child) return;
        if (parent.type.startsWith('TS') && /^Any[A-Z]/.test(parent.id?.name ?? '')) return;
      }
      context.report({
        node,
        message: '`any` only inside constraints: elsewhere `unknown` keeps the compiler honest.',
      });
    },
  }),
};

/** Hovers show the parameters of functions, classes and interfaces; inside a type alias one letter may be clearer. */
const typeParameterName = {
  create: (context) => ({
    TSTypeParameter(node) {
      const { name } = node.name;
      const inAlias =
        node.parent.type === 'TSInferType' || node.parent.parent?.type === 'TSTypeAliasDeclaration';
      if (/^T([A-Z]|$)/.test(name) || (inAlias && /^[A-Z]$/.test(name))) return;
      context.report({
        node,
        message: `Type parameter "${name}": T and a noun (TChannels), so that a hover reads like a sentence.`,
      });
    },
  }),
};

const browserGlobals = [
  'WebSocket',
  'CloseEvent',
  'ErrorEvent',
  'Document',
  'Element',
  'Location',
  'Storage',
];
const globals = new Set([...Object.getOwnPropertyNames(globalThis), ...browserGlobals]);

const noExportNamedLikeGlobal = {
  create(context) {
    const check = (node, name) => {
      if (!globals.has(name)) return;
      context.report({
        node,
        message: `"${name}" is a global: whoever forgets the import would get that one, without an error.`,
      });
    };
    return {
      ExportSpecifier: (node) => check(node, node.exported.name),
      ExportNamedDeclaration({ declaration }) {
        if (!declaration) return;
        for (const declarator of declaration.declarations ?? [declaration]) {
          if (declarator.id?.name) check(declarator, declarator.id.name);
        }
      },
    };
  },
};

export const houseRules = {
  rules: {
    'file-name': fileName,
    'file-opens-with-purpose': fileOpensWithPurpose,
    'any-only-in-constraints': anyOnlyInConstraints,
    'no-export-named-like-global': noExportNamedLikeGlobal,
    'type-parameter-name': typeParameterName,
  },
};
