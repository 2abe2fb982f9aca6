// Looks for messages that a connection may have carried before it broke: which of them a log holds, and how far back that is
// certain.
import type { LogKeys } from '../keys.js';
import { RedisScript, unreadable, type Command } from '../redis-script.js';
import { readNumber } from '../shared-text.js';
import { logLua } from './log-lua.js';

/** It writes nothing, and yet a replica is to refuse it: what that does not have, its master may have. */
export const findScript: RedisScript = new RedisScript(`
${logLua}
local head, entries, above = KEYS[1], KEYS[2], ARGV[1]
local wanted, missing = {}, #ARGV - 1
for index = 2, #ARGV do wanted[ARGV[index]] = true end

local epoch, at = unpack(redis.call('HMGET', head, 'epoch', 'at'))
local reached = tonumber(at) or 0
local found, newest = {}, '+'
while missing > 0 and reached > tonumber(above) do
  local some = redis.call('XREVRANGE', entries, newest, '(' .. above .. '-0', 'COUNT', 64)
  for _, entry in ipairs(some) do
    local key = field(entry, 'k')
    reached = tonumber(field(entry, 'a')) or reached
    if wanted[key] then
      wanted[key] = nil
      missing = missing - 1
      table.insert(found, key)
      table.insert(found, text(positionOf(entry)))
    end
  end
  if #some < 64 then break end
  newest = '(' .. some[64][1]
end
return { epoch or '', text(reached), found }
`);

/** What a log holds of what was looked for. */
export interface Found {
  readonly epoch: string;
  /** Everything above this position was looked at; what lies below is kept no more, or was not to be looked at. */
  readonly reached: number;
  /** Where each stands. */
  readonly positions: ReadonlyMap<string, number>;
}

/** Looks for keys above a position. */
export function findCommand(keys: LogKeys, above: number, wanted: readonly string[]): Command {
  return findScript.call([keys.head, keys.entries], [above, ...wanted]);
}

export function readFound(reply: unknown): Found {
  const [epoch, reached, found] = Array.isArray(reply) ? (reply as readonly unknown[]) : [];
  const lowest = readNumber(reached);
  if (typeof epoch !== 'string' || lowest === undefined || !Array.isArray(found)) {
    throw unreadable('what a log holds', reply);
  }
  const positions = new Map<string, number>();
  for (let index = 0; index + 1 < found.length; index += 2) {
    const position = readNumber(found[index + 1]);
    if (position === undefined) throw unreadable('what a log holds', reply);
    positions.set(String(found[index]), position);
  }
  return { epoch, reached: lowest, positions };
}
