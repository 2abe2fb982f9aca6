// The processes, and what they have together: a sorted set of processes by when each counts as dead, the number of clients of
// each, and a set of its users.
import type { ClusterCounts } from '@wirepact/server';
import type { Keys } from '../keys.js';
import { RedisScript, unreadable, type Command } from '../redis-script.js';
import { readNumber } from '../shared-text.js';

/** A process that is not heard of for so long is dead. */
const aliveForMs = 30_000;
/** Counting users looks at all of them: it is not done for everybody who asks. */
const countedForMs = 1_000;

const pruneLua = `
local time = redis.call('TIME')
local now = math.floor(time[1] * 1000 + time[2] / 1000)

local function prune(processes, clients, users)
  for _, id in ipairs(redis.call('ZRANGEBYSCORE', processes, '-inf', now)) do
    redis.call('ZREM', processes, id)
    redis.call('HDEL', clients, id)
    redis.call('DEL', users .. ':' .. id)
  end
end
`;

/** Answers 0 when it does not have the users that a change was counted from: it is to be told all of them. */
export const beatScript: RedisScript = new RedisScript(`
${pruneLua}
local id, clients, usersBefore, goneCount = ARGV[1], ARGV[2], tonumber(ARGV[3]), tonumber(ARGV[4])
local users = KEYS[4]
redis.call('ZADD', KEYS[1], string.format('%.0f', now + ${aliveForMs}), id)
redis.call('HSET', KEYS[2], id, clients)
prune(KEYS[1], KEYS[2], KEYS[3])
redis.call('DEL', KEYS[3])
redis.call('PEXPIRE', KEYS[1], ${aliveForMs})
redis.call('PEXPIRE', KEYS[2], ${aliveForMs})
if usersBefore < 0 then
  redis.call('DEL', users)
elseif redis.call('SCARD', users) ~= usersBefore then
  return 0
end
for index = 5, 4 + goneCount do redis.call('SREM', users, ARGV[index]) end
for index = 5 + goneCount, #ARGV do redis.call('SADD', users, ARGV[index]) end
redis.call('PEXPIRE', users, ${aliveForMs})
return 1
`);

export const partScript: RedisScript = new RedisScript(`
redis.call('ZREM', KEYS[1], ARGV[1])
redis.call('HDEL', KEYS[2], ARGV[1])
redis.call('DEL', KEYS[3], KEYS[4])
`);

export const countsScript: RedisScript = new RedisScript(`
${pruneLua}
prune(KEYS[1], KEYS[2], KEYS[3])
local clients = 0
for _, count in ipairs(redis.call('HVALS', KEYS[2])) do clients = clients + (tonumber(count) or 0) end
local processes = redis.call('ZRANGE', KEYS[1], 0, -1)
local users = redis.call('GET', KEYS[3])
if not users then
  local sets = {}
  for index, id in ipairs(processes) do sets[index] = KEYS[3] .. ':' .. id end
  users = '0'
  if #sets > 0 then
    redis.call('SUNIONSTORE', KEYS[3] .. ':*', unpack(sets))
    users = redis.call('SCARD', KEYS[3] .. ':*')
    redis.call('DEL', KEYS[3] .. ':*')
  end
  redis.call('SET', KEYS[3], users, 'PX', ${countedForMs})
end
return { clients, tonumber(users), #processes }
`);

export const isAliveScript: RedisScript = new RedisScript(
  `
${pruneLua}
local untilMs = tonumber(redis.call('ZSCORE', KEYS[1], ARGV[1]) or '0')
return untilMs > now and 1 or 0
`,
  'reads',
);

/** What has changed among the users of a process since it last said so. */
export interface UserChange {
  /** How many there were; `undefined` when `added` is all of them. */
  readonly before: number | undefined;
  readonly added: readonly string[];
  readonly gone: readonly string[];
}

export function beatCommand(keys: Keys, processId: string, clients: number, users: UserChange): Command {
  return beatScript.call(
    [keys.processes, keys.processClients, keys.userCount, keys.processUsers(processId)],
    [processId, clients, users.before ?? -1, users.gone.length, ...users.gone, ...users.added],
  );
}

/** A process takes its leave. */
export function partCommand(keys: Keys, processId: string): Command {
  const all = [keys.processes, keys.processClients, keys.userCount, keys.processUsers(processId)] as const;
  return partScript.call([...all], [processId]);
}

export function countsCommand(keys: Keys): Command {
  return countsScript.call([keys.processes, keys.processClients, keys.userCount], []);
}

export function isAliveCommand(keys: Keys, processId: string): Command {
  return isAliveScript.call([keys.processes], [processId]);
}

export function readCounts(reply: unknown): ClusterCounts {
  const [clients, users, processes] = (Array.isArray(reply) ? reply : []).map(readNumber);
  if (clients === undefined || users === undefined || processes === undefined) {
    throw unreadable('the counts of the processes', reply);
  }
  return { clients, users, processes };
}
