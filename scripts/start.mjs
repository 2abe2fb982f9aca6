// `npm start`: installs, builds and serves the example chat, until Ctrl-C.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { build } from './build.mjs';
import { accepts } from './ports.mjs';
import { installDependencies, requireSupportedNode, root, runMain, say, Stop } from './workspace.mjs';

const entry = 'examples/chat/server/dist/main.js';

await runMain(async () => {
  requireSupportedNode();
  const port = readPort();
  await requireFreePort(port);
  await installDependencies();
  await build({ example: true });
  if (!existsSync(join(root, entry))) throw new Stop(`The build left no ${entry}; is the example complete?`);
  return serve(port);
});

function readPort() {
  const port = Number(process.env.PORT ?? 8080);
  if (Number.isInteger(port) && port > 0 && port < 65_536) return port;
  throw new Stop(`PORT must be a number from 1 to 65535, it is "${process.env.PORT}".`);
}

function requireFreePort(port) {
  return new Promise((settle, reject) => {
    const probe = createServer();
    probe.on('error', (error) => {
      const taken = `Port ${port} is taken by another program. Stop that one, or choose another: PORT=${port + 1} npm start`;
      reject(new Stop(error.code === 'EADDRINUSE' ? taken : `Port ${port} cannot be used: ${error.message}`));
    });
    probe.listen(port, () => probe.close(settle));
  });
}

/** Runs the server until it ends. Ctrl-C is a wish that was granted, so it exits with 0. */
async function serve(port) {
  const env = { ...process.env, PORT: String(port) };
  // its own group: Ctrl-C reaches this script alone, which passes it on exactly once
  const server = spawn(process.execPath, [join(root, entry)], {
    cwd: root,
    env,
    stdio: 'inherit',
    detached: true,
  });
  const ended = new Promise((settle) => server.on('exit', (code) => settle(code ?? 1)));
  let stopping = false;
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
    process.on(signal, () => {
      if (!stopping) server.kill('SIGTERM');
      stopping = true;
    });
  }
  await untilItListens(port, server);
  if (!hasEnded(server) && !stopping) {
    say(`The example chat is at http://localhost:${port}. Open it in two windows; Ctrl-C stops it.`);
  }
  const code = await ended;
  return stopping ? 0 : code;
}

async function untilItListens(port, server) {
  while (!hasEnded(server) && !(await accepts(port))) await new Promise((settle) => setTimeout(settle, 100));
}

/** Who was ended by a signal has no exit code. */
function hasEnded(server) {
  return server.exitCode !== null || server.signalCode !== null;
}
