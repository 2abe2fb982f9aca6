// Appends a message to a log, once: gives it its position, keeps it, gives up what is too old or too much, and tells those who
// follow. Only a call that may have been done already looks for what it did.
import type { LogHead } from '@wirepact/server';
import type { LogKeys } from '../keys.js';
import { unknownReply } from '../refusal.js';
import { RedisScript, unreadable, type Command } from '../redis-script.js';
import { appendLua, logLua } from './log-lua.js';

export const appendScript: RedisScript = new RedisScript(`
${logLua}
${appendLua}
local head, entries = KEYS[1], KEYS[2]
local channel, epoch, knownAt, key, body, doneAbove = ARGV[1], ARGV[2], tonumber(ARGV[3]), ARGV[4], ARGV[5], ARGV[6]
local maxBytes, maxAgeMs, keptForMs = tonumber(ARGV[7]), tonumber(ARGV[8]), ARGV[9]

local previous, total, gone
epoch, previous, total, gone = openLog(head, entries, epoch)

if doneAbove ~= '' then
  local newest, reached = '+', previous
  while reached > tonumber(doneAbove) do
    local found = redis.call('XREVRANGE', entries, newest, '(' .. doneAbove .. '-0', 'COUNT', 64)
    for _, entry in ipairs(found) do
      reached = tonumber(field(entry, 'a')) or reached
      if field(entry, 'k') == key then return { epoch, positionOf(entry) } end
    end
    if #found < 64 then break end
    newest = '(' .. found[64][1]
  end
  -- what lies between is kept no more: it may have been among it
  if reached > tonumber(doneAbove) then return redis.error_reply('${unknownReply} the log was trimmed') end
end

local at = math.max(now, previous + 1, knownAt + 1)
local ms = text(math.floor(now / 1000))
total = addEntry(entries, at, previous, ms, key, total, body)
gone = trimLog(entries, at, total, gone, maxBytes, maxAgeMs)
redis.call('HSET', head, 'epoch', epoch, 'at', text(at), 'total', text(total), 'gone', text(gone))
keepLog(head, entries, keptForMs)
redis.call('SPUBLISH', channel,
  'a' .. text(at) .. ' ' .. text(previous) .. ' ' .. ms .. ' ' .. key .. ' ' .. epoch .. '\\n' .. body)
return { epoch, at }
`);

/** The bounds of a log, and how long one that nobody touches is kept. */
export interface LogBounds {
  readonly maxBytes: number;
  readonly maxAgeMs: number;
  readonly keptForMs: number;
}

export interface AppendCall {
  readonly epoch: string;
  readonly knownAt: number;
  readonly key: string;
  readonly body: string;
  /** It may have been done already, above this position. */
  readonly doneAbove: number | undefined;
}

export function appendCommand(keys: LogKeys, call: AppendCall, bounds: LogBounds): Command {
  const { epoch, knownAt, key, body, doneAbove = '' } = call;
  const { maxBytes, maxAgeMs, keptForMs } = bounds;
  const args = [keys.channel, epoch, knownAt, key, body, doneAbove, maxBytes, maxAgeMs, keptForMs];
  return appendScript.call([keys.head, keys.entries], args);
}

/** Where a log stands, as scripts answer it. */
export function readHead(reply: unknown): LogHead {
  const [epoch, at] = Array.isArray(reply) ? (reply as readonly unknown[]) : [];
  if (typeof epoch !== 'string' || !Number.isSafeInteger(at)) throw unreadable('where a log stands', reply);
  return { epoch, at: at as number };
}
