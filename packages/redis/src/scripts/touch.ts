// Keeps a log and the named members of its room from expiring, and removes the members that nobody has named in time.
import type { TouchedLog } from '@wirepact/server';
import type { LogKeys } from '../keys.js';
import { RedisScript, unreadable, type Command } from '../redis-script.js';
import { readHead, type LogBounds } from './append.js';
import { logLua } from './log-lua.js';
import { memberForMs, membersLua } from './members-lua.js';

export const touchScript: RedisScript = new RedisScript(`
${logLua}
${membersLua}
local head, entries = KEYS[1], KEYS[2]
local epoch, at = openLog(head, entries, ARGV[1])
keepLog(head, entries, ARGV[2])
pruneMembers(KEYS[3], KEYS[4])
local missing = {}
for index = 4, #ARGV do
  if redis.call('ZSCORE', KEYS[3], ARGV[index]) then
    redis.call('ZADD', KEYS[3], text(now / 1000 + ARGV[3]), ARGV[index])
  else
    table.insert(missing, ARGV[index])
  end
end
return { epoch, at, missing }
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

export function readTouched(reply: unknown): TouchedLog {
  const head = readHead(reply);
  const [, , missing] = reply as readonly unknown[];
  if (!Array.isArray(missing)) throw unreadable('the members of a room', reply);
  return { ...head, missing: missing.map(String) };
}
