// Bundles the server. The contract package is TypeScript source, so it is bundled too; other dependencies are not.
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
