// The newest value of each slot of a log: stores one, and reads all.
import type { LogKeys } from '../keys.js';
import { RedisScript, unreadable, type Command } from '../redis-script.js';
import { readNumber } from '../shared-text.js';

/** So many values are kept side by side, and so long, as in one process alone. */
const maxSlots = 256;
const maxAgeMs = 300_000;

/**
 * Beside each value lies how many bytes it counts and who set it last and before, under its slot with `mark` in front; under
 * `mark` alone, how many bytes there are.
 * Declares `now` in whole ms and `exactly`, `times`, `values`, `mark`, `sizeOf`, and `prune`, which gives up what is too old or
 * too much; the newest stays. Where the count says that it is too much it is counted anew: somebody may have written who does
 * not count.
 */
const pruneLua = `
local time = redis.call('TIME')
local exactly = time[1] * 1000 + time[2] / 1000
local now = math.floor(exactly)
local times, values, mark = KEYS[1], KEYS[2], string.char(0)

local function text(number)
  return string.format('%.0f', number)
end

local function sizeOf(slot)
  local note = redis.call('HGET', values, mark .. slot)
  return note and tonumber(string.match(note, '^%d+')) or #slot + #(redis.call('HGET', values, slot) or '')
end

local function prune(bytes, maxBytes)
  local function drop(slots)
    for _, slot in ipairs(slots) do
      bytes = bytes and bytes - sizeOf(slot)
      redis.call('ZREM', times, slot)
      redis.call('HDEL', values, slot, mark .. slot)
    end
  end
  drop(redis.call('ZRANGEBYSCORE', times, '-inf', '(' .. text(now - ${maxAgeMs})))
  drop(redis.call('ZRANGE', times, 0, -${maxSlots + 1}))
  if not bytes or bytes > maxBytes then
    local kept = redis.call('ZRANGE', times, 0, -1)
    bytes = 0
    for _, slot in ipairs(kept) do bytes = bytes + sizeOf(slot) end
    for index = 1, #kept - 1 do
      if bytes <= maxBytes then break end
      drop({ kept[index] })
    end
  end
  if redis.call('EXISTS', values) == 1 then redis.call('HSET', values, mark, text(bytes)) end
end

local bytes = tonumber(redis.call('HGET', values, mark) or nil)
`;

/**
 * Keeps a value, unless it is asked for only now what was asked some time ago, and it is known that it was done, or that another
 * process has set the slot since: that value is the newer one.
 */
export const keepLatestScript: RedisScript = new RedisScript(
  `
${pruneLua}
local channel, slot, value, notice, process, order = ARGV[1], ARGV[2], ARGV[3], ARGV[4], ARGV[5], ARGV[6]
local ageMs, maxBytes = tonumber(ARGV[7]), tonumber(ARGV[8])
local writer = process .. ' ' .. order .. ','
local note = redis.call('HGET', values, mark .. slot) or ''
local before = string.match(note, ' (.*)$') or ''
if ageMs > 0 then
  if string.find(before, writer, 1, true) then return end
  local isOwn = string.sub(before, 1, #process + 1) == process .. ' '
  local setAt = tonumber(redis.call('ZSCORE', times, slot) or nil)
  -- what was set just before this was asked for is older, however short before
  if setAt and not isOwn and setAt > exactly - ageMs then return end
end
local size = #slot + #value
if bytes then
  local isKept = redis.call('ZSCORE', times, slot)
  bytes = bytes + size - (isKept and sizeOf(slot) or 0)
end
redis.call('ZADD', times, text(now), slot)
local writers = writer .. (string.match(before, '^[^,]*,[^,]*,[^,]*,') or before)
redis.call('HSET', values, slot, value, mark .. slot, text(size) .. ' ' .. writers)
prune(bytes, maxBytes)
redis.call('PEXPIRE', times, ${maxAgeMs})
redis.call('PEXPIRE', values, ${maxAgeMs})
redis.call('SPUBLISH', channel, notice .. ' ' .. text(now))
`,
  'fills',
);

export const latestScript: RedisScript = new RedisScript(`
${pruneLua}
prune(bytes, tonumber(ARGV[1]))
local kept = {}
local newest = redis.call('ZRANGE', times, 0, -1, 'WITHSCORES')
for index = 1, #newest, 2 do
  local value = redis.call('HGET', values, newest[index])
  if value then
    table.insert(kept, newest[index])
    table.insert(kept, newest[index + 1])
    table.insert(kept, value)
  end
end
return kept
`);

export interface KeepCall {
  readonly slot: string;
  /** As it is kept. */
  readonly value: string;
  /** What those who follow are told, with the time behind it. */
  readonly notice: string;
  /** Who asks, and the how manieth value of its own it is: no two have the same. */
  readonly process: string;
  readonly order: number;
  /** How long ago it was asked for; 0 when it is asked for the first time, and at once. */
  readonly ageMs: number;
}

/** A value as it is kept, unchecked. */
export interface RawValue {
  readonly slot: string;
  readonly time: number;
  readonly value: string;
}

/** `maxBytes` is how much the values of a log may be together. */
export function keepLatestCommand(keys: LogKeys, call: KeepCall, maxBytes: number): Command {
  const { slot, value, notice, process, order, ageMs } = call;
  const args = [keys.channel, slot, value, notice, process, order, ageMs, maxBytes];
  return keepLatestScript.call([keys.valueTimes, keys.values], args);
}

export function latestCommand(keys: LogKeys, maxBytes: number): Command {
  return latestScript.call([keys.valueTimes, keys.values], [maxBytes]);
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
