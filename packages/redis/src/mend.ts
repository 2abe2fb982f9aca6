// What to do about an error that Redis answered, so that it is worth trying again.
import type { RedisNode } from './redis-node.js';
import { refusalOf } from './refusal.js';
import type { Topology } from './topology.js';

/** What Redis cannot do now is tried again then; what another server is to do, soon. */
const retryMs = 50;
export const redirectMs = 5;

/** Does what can be done about it. Returns in how many ms it is worth asking again; `undefined` when it never is. */
export function mend(error: unknown, node: RedisNode, topology: Topology): number | undefined {
  const refusal = refusalOf(error);
  switch (refusal.kind) {
    case 'unloaded':
      node.reload();
      return 0;
    case 'moved':
      return topology.moved(refusal, node) ? redirectMs : undefined;
    case 'demoted':
      topology.lost(node);
      return retryMs;
    case 'cut-off':
      topology.doubted(node);
      return retryMs;
    case 'busy':
      return retryMs;
    case 'lost':
    case 'ask':
      return redirectMs;
    case 'final':
      return undefined;
  }
}
