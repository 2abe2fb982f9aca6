// Makes one script of the page and the built client, as an application's bundler would.
import { fileURLToPath } from 'node:url';
import { build } from 'vite';

export async function bundlePage(): Promise<string> {
  const built = await build({
    configFile: false,
    logLevel: 'silent',
    build: {
      write: false,
      minify: false,
      lib: { entry: fileURLToPath(new URL('page.ts', import.meta.url)), formats: ['es'] },
    },
  });
  const [script] = (Array.isArray(built) ? built : [built]).flatMap((result) =>
    'output' in result ? result.output : [],
  );
  if (script?.type !== 'chunk') throw new Error('the page was not bundled');
  return script.code;
}
