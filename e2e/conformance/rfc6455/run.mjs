// Runs the cases against any server: node e2e/conformance/rfc6455/run.mjs ws://localhost:9001 [--wirepact] [6 7.9 …]
import { fileURLToPath } from 'node:url';
import { runnerImport } from 'vite';

const { module } = await runnerImport(fileURLToPath(new URL('./command.ts', import.meta.url)), {
  logLevel: 'error',
});
process.exitCode = await module.command(process.argv.slice(2));
