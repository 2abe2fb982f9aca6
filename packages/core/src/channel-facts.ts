// What a client without schemas must know about the channels at run time: only where they differ from the defaults.
import type { ChannelDefinitions } from './contract.js';
import type { ChannelFacts } from './frames.js';

/** The facts of every channel that is not `reliable` or that is `idempotent`, by path. */
export function channelFacts(channels: ChannelDefinitions): Record<string, ChannelFacts> {
  const facts: Record<string, ChannelFacts> = Object.create(null) as Record<string, ChannelFacts>;
  for (const [path, { delivery = 'reliable', key, idempotent }] of Object.entries(channels)) {
    if (delivery === 'reliable' && idempotent !== true) continue;
    facts[path] = {
      ...(delivery !== 'reliable' && { delivery }),
      ...(key !== undefined && { key }),
      ...(idempotent === true && { idempotent }),
    };
  }
  return facts;
}
