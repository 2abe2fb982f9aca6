import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

// tests read the packages' sources, so that none of them needs a build first
const source = '@wirepact/source';
const conditions = [source, 'module', 'node', 'development|production'];

const ignored = ['**/node_modules/**', '**/dist/**', '**/.docs-check/**'];
/** What replaces a module, or runs in a page: modules that were loaded there keep the page's globals. */
const withOwnModules = [
  'packages/react/**/*.test.{ts,tsx}',
  'packages/client/src/{browser-signals,session}.test.ts',
  'packages/server/src/secrets.test.ts',
];

export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions, externalConditions: [source] } },
  test: {
    restoreMocks: true,
    setupFiles: ['./e2e/unchanged-globals.ts'],
    // much of a test is waiting for the network: both cores of a small machine can be kept busy
    maxWorkers: Math.max(2, availableParallelism() - 1),
    // no test waits for time: this only ends one that hangs, and a starved machine may be ten times as slow
    testTimeout: 30_000,
    hookTimeout: 30_000,
    coverage: { provider: 'v8', include: ['packages/*/src/**'] },
    projects: [
      {
        extends: true,
        test: {
          name: 'shared',
          include: ['{packages,e2e,examples,bench}/**/*.test.{ts,tsx}'],
          exclude: [...ignored, ...withOwnModules],
          // to load the sources for each of 250 files takes as long as all tests together
          isolate: false,
          typecheck: {
            enabled: true,
            include: ['packages/*/src/**/*.test-d.{ts,tsx}'],
            tsconfig: './tsconfig.test.json',
            checker: './node_modules/typescript7/bin/tsc',
          },
        },
      },
      { extends: true, test: { name: 'isolated', include: withOwnModules, exclude: ignored } },
    ],
  },
});
