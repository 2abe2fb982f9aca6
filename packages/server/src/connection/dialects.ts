// The dialects that an endpoint can speak, by the name used in its options.
import type { ChannelDefinitions } from '@wirepact/core';
import { eventPayloadServer, pathData, type Dialect } from '@wirepact/core/internal';
import type { DialectName } from '../options.js';

const dialects: Readonly<Record<DialectName, Dialect>> = {
  'path-data': pathData,
  'event-payload': eventPayloadServer,
};

/** @throws TypeError for a name that is none, and for a channel whose messages the dialect would take for its own */
export function resolveDialect(channels: ChannelDefinitions, name: DialectName = 'path-data'): Dialect {
  if (!Object.hasOwn(dialects, name)) {
    throw new TypeError(`there is no dialect "${name}"; choose ${Object.keys(dialects).join(' or ')}`);
  }
  const dialect = dialects[name];
  for (const [path, channel] of Object.entries(channels)) {
    for (const way of ['in', 'out'] as const) {
      if (channel[way] !== undefined && dialect.takenNames?.[way].has(path) === true) {
        throw new TypeError(
          `"${path}" means something in the dialect "${name}"; rename the channel with "${way}"`,
        );
      }
    }
  }
  return dialect;
}
