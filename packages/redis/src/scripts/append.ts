// Appends a message to a log: gives it its position, keeps it, gives up what is too old or too much, and tells those who follow.
import type { LogHead } from '@wirepact/server';
import type { LogKeys } from '../keys.js';
import { RedisScript, unreadable, type Command } from '../redis-script.js';
import { appendLua, logLua } from './log-lua.js';

export const appendScript: RedisScript = new RedisScript(`
${logLua}
${appendLua}
local head, entries = KEYS[1], KEYS[2]
local channel, epoch, knownAt, key, body = ARGV[1], ARGV[2], tonumber(ARGV[3]), ARGV[4], ARGV[5]
local maxBytes, maxAgeMs, keptForMs = tonumber(ARGV[6]), tonumber(ARGV[7]), ARGV[8]

local previous, total, gone
epoch, previous, total, gone = openLog(head, entries, epoch)

local at = math.max(now, previous + 1, knownAt + 1)
local ms = text(math.floor(now / 1000))
total = addEntry(entries, at, previous, ms, key, total, body)
gone = trimLog(entries, at, total, gone, maxBytes, maxAgeMs)
redis.call('HSET', head, 'epoch', epoch, 'at', text(at), 'total', text(total), 'gone', text(gone))
-- every few seconds are enough: with every message it took a tenth of the script
if math.floor(now / 5000000) ~= math.floor(previous / 5000000) then keepLog(head, entries, keptForMs) end
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
}

export function appendCommand(keys: LogKeys, call: AppendCall, bounds: LogBounds): Command {
  const { epoch, knownAt, key, body } = call;
  const { maxBytes, maxAgeMs, keptForMs } = bounds;
  const args = [keys.channel, epoch, knownAt, key, body, maxBytes, maxAgeMs, keptForMs];
  return appendScript.call([keys.head, keys.entries], args);
}

/** Where a log stands, as scripts answer it. */
export function readHead(reply: unknown): LogHead {
  const [epoch, at] = Array.isArray(reply) ? (reply as readonly unknown[]) : [];
  if (typeof epoch !== 'string' || !Number.isSafeInteger(at)) throw unreadable('where a log stands', reply);
  return { epoch, at: at as number };
}
