import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

// tests read the packages' sources, so that none of them needs a build first
const source = '@wirepact/source';
const conditions = [source, 'module', 'node', 'development|production'];

export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions, externalConditions: [source] } },
  test: {
    include: ['{packages,e2e,examples,bench}/**/*.test.{ts,tsx}'],
    exclude: ['**/node_modules/**', '**/dist/**', '**/.docs-check/**'],
    restoreMocks: true,
    // much of a test is waiting for the network: both cores of a small machine can be kept busy
    maxWorkers: Math.max(2, availableParallelism() - 1),
    // no test waits for time: this only ends one that hangs, and a starved machine may be ten times as slow
    testTimeout: 30_000,
    hookTimeout: 30_000,
    typecheck: {
      enabled: true,
      include: ['packages/*/src/**/*.test-d.{ts,tsx}'],
      tsconfig: './tsconfig.test.json',
      checker: './node_modules/typescript7/bin/tsc',
    },
    coverage: { provider: 'v8', include: ['packages/*/src/**'] },
  },
});
