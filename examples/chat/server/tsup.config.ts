// The contract is TypeScript source, so it is bundled, with what it needs; the packages named in package.json stay outside.
import { defineConfig } from 'tsup';

export default defineConfig({
  entry: ['src/main.ts'],
  format: ['esm'],
  platform: 'node',
  target: 'node20',
  sourcemap: true,
  clean: true,
  noExternal: ['@wirepact-example/chat-contract'],
});
