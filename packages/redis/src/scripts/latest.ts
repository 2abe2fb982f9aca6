// The newest value of each slot of a log: keeps one, and reads them all.
import type { LogKeys } from '../keys.js';
import { RedisScript, unreadable, type Command } from '../redis-script.js';
import { readNumber } from '../shared-text.js';

/** So many values are kept side by side, and so long, as in one process alone. */
const maxSlots = 256;
const maxAgeMs = 300_000;

const pruneLua = `
local time = redis.call('TIME')
local now = math.floor(time[1] * 1000 + time[2] / 1000)

local function prune(times, values, keep)
  local gone = redis.call('ZRANGEBYSCORE', times, '-inf', '(' .. string.format('%.0f', now - ${maxAgeMs}))
  for _, slot in ipairs(redis.call('ZRANGE', times, #gone, -(keep + 1))) do table.insert(gone, slot) end
  for _, slot in ipairs(gone) do
    redis.call('ZREM', times, slot)
    redis.call('HDEL', values, slot)
  end
end
`;

export const keepLatestScript: RedisScript = new RedisScript(
  `
${pruneLua}
redis.call('ZADD', KEYS[1], string.format('%.0f', now), ARGV[2])
redis.call('HSET', KEYS[2], ARGV[2], ARGV[3])
prune(KEYS[1], KEYS[2], ${maxSlots})
redis.call('PEXPIRE', KEYS[1], ${maxAgeMs})
redis.call('PEXPIRE', KEYS[2], ${maxAgeMs})
redis.call('SPUBLISH', ARGV[1], ARGV[4])
`,
  'fills',
);

export const latestScript: RedisScript = new RedisScript(`
${pruneLua}
prune(KEYS[1], KEYS[2], ${maxSlots})
local kept = {}
local times = redis.call('ZRANGE', KEYS[1], 0, -1, 'WITHSCORES')
for index = 1, #times, 2 do
  local value = redis.call('HGET', KEYS[2], times[index])
  if value then
    table.insert(kept, times[index])
    table.insert(kept, times[index + 1])
    table.insert(kept, value)
  end
end
return kept
`);

export interface KeepCall {
  readonly slot: string;
  /** As it is kept. */
  readonly value: string;
  /** What those who follow are told. */
  readonly notice: string;
}

/** A value as it is kept, unchecked. */
export interface RawValue {
  readonly slot: string;
  readonly time: number;
  readonly value: string;
}

export function keepLatestCommand(keys: LogKeys, { slot, value, notice }: KeepCall): Command {
  return keepLatestScript.call([keys.valueTimes, keys.values], [keys.channel, slot, value, notice]);
}

export function latestCommand(keys: LogKeys): Command {
  return latestScript.call([keys.valueTimes, keys.values], []);
}

/** The values, oldest first. */
export function readValues(reply: unknown): readonly RawValue[] {
  if (!Array.isArray(reply)) throw unreadable('the newest values', reply);
  const values: RawValue[] = [];
  for (let index = 0; index + 2 < reply.length; index += 3) {
    const time = readNumber(reply[index + 1]);
    if (time === undefined) throw unreadable('the newest values', reply);
    values.push({ slot: String(reply[index]), time, value: String(reply[index + 2]) });
  }
  return values;
}
