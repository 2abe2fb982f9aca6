// Keeps a log from being forgotten, and the members of its room that are named; gives up those that nobody has named in time.
import type { LogKeys } from '../keys.js';
import { RedisScript, type Command } from '../redis-script.js';
import type { LogBounds } from './append.js';
import { logLua } from './log-lua.js';
import { memberForMs, membersLua } from './members-lua.js';

export const touchScript: RedisScript = new RedisScript(`
${logLua}
${membersLua}
local head, entries = KEYS[1], KEYS[2]
local epoch, at = openLog(head, entries, ARGV[1])
keepLog(head, entries, ARGV[2])
for index = 4, #ARGV do
  redis.call('ZADD', KEYS[3], 'XX', text(now / 1000 + ARGV[3]), ARGV[index])
end
pruneMembers(KEYS[3], KEYS[4])
return { epoch, at }
`);

export function touchCommand(
  keys: LogKeys,
  epoch: string,
  memberIds: readonly string[],
  { keptForMs }: LogBounds,
): Command {
  const args = [epoch, keptForMs, memberForMs, ...memberIds];
  return touchScript.call([keys.head, keys.entries, keys.memberTimes, keys.members], args);
}
