// Looks up channels of the contract by names that come from outside.
import type { ChannelDefinitions } from '@wirepact/core';
import type { Hub } from '../hub.js';

/** The channel of a path that came from outside: `constructor` and its like are no channels. */
export function findChannel(
  { channels }: Pick<Hub, 'channels'>,
  path: string,
): ChannelDefinitions[string] | undefined {
  return Object.hasOwn(channels, path) ? channels[path] : undefined;
}
