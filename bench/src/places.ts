// Where the bench writes to.
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

/** This file is bundled into bench/dist/. */
const root = fileURLToPath(new URL('../..', import.meta.url));

export const places = {
  results: resolve(root, 'bench/results'),
  baseline: resolve(root, 'bench/baseline.json'),
  docs: resolve(root, 'docs'),
  published: resolve(root, 'docs/performance/result.json'),
} as const;

export function write(file: string, text: string): void {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
}
