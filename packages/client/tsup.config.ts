import { defineConfig } from 'tsup';

export default defineConfig({
  entry: {
    index: 'src/index.ts',
    dialect: 'src/dialect.ts',
    explain: 'src/explain.ts',
    'explain.production': 'src/explain.production.ts',
    websocket: 'src/websocket.ts',
    'websocket.browser': 'src/websocket.browser.ts',
  },
  format: ['esm', 'cjs'],
  sourcemap: true,
  clean: true,
  target: 'es2022',
  // which socket and which texts to use is decided by the application's resolver, through "imports" in package.json
  external: ['#websocket', '#explain'],
  // tsup sets `baseUrl` itself, which TypeScript 6 calls deprecated
  dts: {
    compilerOptions: { ignoreDeprecations: '6.0' },
    // applications need no `lib` of their own for `Symbol.asyncDispose`
    banner: '/// <reference lib="esnext.disposable" />',
  },
});
