// What the linter holds: TypeScript's typed rules, React's, and the house's. Formatting is prettier's.
import reactHooks from 'eslint-plugin-react-hooks';
import { defineConfig, globalIgnores } from 'eslint/config';
import tseslint from 'typescript-eslint';
import { houseRules } from './scripts/house-rules.mjs';

const sources = ['packages/*/src/**/*.{ts,tsx}'];
const tests = ['**/*.test.{ts,tsx}', '**/*.test-d.{ts,tsx}', 'e2e/**'];

const throughTheClock =
  'time and chance go through the Clock (core/src/clock.ts), so that tests need no sleeps.';

/** Syntax that is legal and still not ours. */
const unwantedSyntax = [
  {
    selector: 'TSEnumDeclaration',
    message: 'No enums: an `as const` table has a plain value and a plain type.',
  },
  {
    selector: 'ExportAllDeclaration',
    message: 'No `export *`: index.ts is a hand-written list of what is public.',
  },
  {
    selector: 'ClassDeclaration[superClass]:not([superClass.name=/(Error|Emitter|Component)$/])',
    message: 'No inheritance beyond Error and the emitter: pass the part in instead.',
  },
  {
    selector: ':matches(PropertyDefinition, MethodDefinition)[accessibility=/^(private|protected)$/]',
    message: 'Use #private: it holds at run time as well.',
  },
];
const noDefaultExport = {
  selector: 'ExportDefaultDeclaration',
  message: 'No default exports in packages: a name that importers choose is a name one cannot search for.',
};
const oneClock = {
  object: 'performance',
  property: 'timeOrigin',
  message:
    'Every process begins its own: what two processes compare is taken from nowMs of e2e/chaos/now-ms.ts.',
};
const noSkippedTests = {
  selector:
    'MemberExpression[object.name=/^(it|test|describe)$/][property.name=/^(skip|skipIf|runIf|only|todo|fails|fail|fixme)$/]',
  message: 'No skipped or lonely tests: repair or delete it.',
};

export default defineConfig([
  globalIgnores([
    '**/dist/',
    '**/node_modules/',
    '**/coverage/',
    '**/test-results/',
    '**/playwright-report/',
    '**/.docs-check/',
    'e2e/consumer/fixture/',
  ]),
  {
    files: ['**/*.{ts,tsx}'],
    extends: [tseslint.configs.recommendedTypeChecked],
    plugins: { house: houseRules },
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      'no-restricted-syntax': ['error', ...unwantedSyntax, noSkippedTests],
      'no-restricted-properties': ['error', oneClock],
      eqeqeq: 'error',
      'no-console': 'off',
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-non-null-assertion': 'error',
      '@typescript-eslint/prefer-nullish-coalescing': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: true },
      ],
      '@typescript-eslint/no-explicit-any': 'off',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      '@typescript-eslint/restrict-template-expressions': [
        'error',
        { allowNumber: true, allowBoolean: true },
      ],
      '@typescript-eslint/naming-convention': [
        'error',
        { selector: 'interface', format: ['PascalCase'], custom: { regex: '^I[A-Z]|Impl$', match: false } },
        { selector: 'class', format: ['PascalCase'], custom: { regex: 'Impl$', match: false } },
      ],
      'house/any-only-in-constraints': 'error',
      'house/file-name': 'error',
      'house/type-parameter-name': 'error',
      // async also says that a fault rejects instead of being thrown
      '@typescript-eslint/require-await': 'off',
      // `{}` is how a type is flattened
      '@typescript-eslint/no-empty-object-type': ['error', { allowObjectTypes: 'always' }],
    },
  },
  {
    // Configuration and scripts: no type information, nothing that ships
    files: ['**/*.{js,mjs,cjs}', '**/*.config.ts', '**/playwright.config.ts'],
    extends: [tseslint.configs.disableTypeChecked],
    plugins: { house: houseRules },
    rules: { 'house/file-name': 'error', 'house/file-opens-with-purpose': 'off' },
  },
  {
    files: sources,
    // one project for a package's sources and its tests, which the package's own tsconfig leaves out
    languageOptions: { parserOptions: { projectService: false, project: './tsconfig.test.json' } },
    rules: {
      'no-restricted-syntax': ['error', ...unwantedSyntax, noDefaultExport, noSkippedTests],
      'no-console': ['error'],
      'no-restricted-globals': [
        'error',
        ...['setTimeout', 'setInterval', 'setImmediate', 'clearTimeout', 'clearInterval', 'performance'].map(
          (name) => ({
            name,
            message: `No ${name} here: ${throughTheClock}`,
          }),
        ),
      ],
      'no-restricted-properties': [
        'error',
        { object: 'Date', property: 'now', message: `No Date.now here: ${throughTheClock}` },
        { object: 'Math', property: 'random', message: `No Math.random here: ${throughTheClock}` },
        { object: 'globalThis', property: 'setTimeout', message: `No setTimeout here: ${throughTheClock}` },
        { object: 'globalThis', property: 'setInterval', message: `No setInterval here: ${throughTheClock}` },
      ],
      'house/no-export-named-like-global': 'error',
      // users meet three at most, then an options object; inside, nobody knows what a fifth one is
      '@typescript-eslint/max-params': ['error', { max: 4 }],
    },
  },
  {
    files: sources,
    ignores: tests,
    rules: {
      'max-lines': ['error', { max: 300, skipBlankLines: false, skipComments: false }],
      'house/file-opens-with-purpose': 'error',
    },
  },
  {
    files: ['packages/core/src/clock.ts'],
    rules: { 'no-restricted-globals': 'off', 'no-restricted-properties': 'off' },
  },
  {
    // what is asserted here is often what the types forbid
    files: tests,
    rules: {
      '@typescript-eslint/no-non-null-assertion': 'off',
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
      '@typescript-eslint/no-unsafe-argument': 'off',
      '@typescript-eslint/unbound-method': 'off',
      '@typescript-eslint/no-empty-function': 'off',
    },
  },
  {
    files: ['**/*.{ts,tsx}'],
    extends: [reactHooks.configs.flat['recommended-latest']],
  },
]);
