// Gives back to a log what it has lost, if the log ends where that begins, and tells the followers.
import type { LogHead } from '@wirepact/server';
import type { LogKeys } from '../keys.js';
import { RedisScript, type Command } from '../redis-script.js';
import type { KeptEntry } from '../shared-text.js';
import type { LogBounds } from './append.js';
import { appendLua, logLua } from './log-lua.js';

export const restoreScript: RedisScript = new RedisScript(
  `
${logLua}
${appendLua}
local head, entries = KEYS[1], KEYS[2]
local channel, epoch, at = ARGV[1], ARGV[2], tonumber(ARGV[3])
local maxBytes, keptForMs = tonumber(ARGV[4]), ARGV[5]

-- there is nothing to give it back to: what is lost was the whole log
if at > 0 and redis.call('EXISTS', head) == 0 then return { '', 0 } end
local itsEpoch, itsAt, total, gone = openLog(head, entries, epoch)
if itsEpoch ~= epoch or itsAt ~= at then return { itsEpoch, itsAt } end

for index = 6, #ARGV, 5 do
  local position, after, ms, key, body = tonumber(ARGV[index]), tonumber(ARGV[index + 1]), ARGV[index + 2], ARGV[index + 3], ARGV[index + 4]
  if position > at then
    total = addEntry(entries, position, after, ms, key, total, body)
    at = position
    redis.call('SPUBLISH', channel,
      'a' .. text(position) .. ' ' .. text(after) .. ' ' .. ms .. ' ' .. key .. ' ' .. epoch .. '\\n' .. body)
  end
end
-- how old they are is looked at when the next one comes
gone = trimLog(entries, at, total, gone, maxBytes, now / 1000)
redis.call('HSET', head, 'at', text(at), 'total', text(total), 'gone', text(gone))
keepLog(head, entries, keptForMs)
return { epoch, at }
`,
  'fills',
);

/** `entries` with their bodies as they lie in the log. */
export function restoreCommand(
  keys: LogKeys,
  head: LogHead,
  entries: readonly KeptEntry[],
  { maxBytes, keptForMs }: LogBounds,
): Command {
  const args: (string | number)[] = [keys.channel, head.epoch, head.at, maxBytes, keptForMs];
  for (const { entry, key } of entries) args.push(entry.at, entry.after, entry.time, key, entry.body);
  return restoreScript.call([keys.head, keys.entries], args);
}
