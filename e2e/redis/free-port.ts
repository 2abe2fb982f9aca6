// Finds ports that nothing listens at, and that no outgoing connection is given by the system either: a server that is killed
// and started again finds its own port free.
import { once } from 'node:events';
import { createServer } from 'node:net';

/** Below the ports that systems give to outgoing connections. */
const lowest = 15_000;
const highest = 32_000;

/** A port of the loopback that is free now. Somebody else may take it before you do: be ready to ask again. */
export async function findFreePort(): Promise<number> {
  for (;;) {
    const port = lowest + Math.floor(Math.random() * (highest - lowest));
    const probe = createServer().listen(port, '127.0.0.1');
    try {
      await once(probe, 'listening');
    } catch {
      continue;
    }
    probe.close();
    await once(probe, 'close');
    return port;
  }
}
