// Appends messages to a log: gives each its position, stores it, trims what is too old or too much, and tells the followers. It
// takes several at once, because calling a script and finding the log's head costs as much as all the rest for one message.
import type { LogHead } from '@wirepact/server';
import type { LogKeys } from '../keys.js';
import { RedisScript, unreadable, type Command } from '../redis-script.js';
import { appendLua, logLua } from './log-lua.js';

export const appendScript: RedisScript = new RedisScript(
  `
${logLua}
${appendLua}
local head, entries = KEYS[1], KEYS[2]
local channel, epoch, knownAt = ARGV[1], ARGV[2], tonumber(ARGV[3])
local maxBytes, maxAgeMs, keptForMs = tonumber(ARGV[4]), tonumber(ARGV[5]), ARGV[6]

local stood, total, gone
epoch, stood, total, gone = openLog(head, entries, epoch)

local at = stood
local ms = text(math.floor(now / 1000))
local answer, told = { epoch }, {}
for index = 7, #ARGV, 2 do
  local previous, key, body = at, ARGV[index], ARGV[index + 1]
  at = math.max(now, previous + 1, knownAt + 1)
  total = addEntry(entries, at, previous, ms, key, total, body)
  answer[#answer + 1] = at
  told[#told + 1] =
    'a' .. text(at) .. ' ' .. text(previous) .. ' ' .. ms .. ' ' .. key .. ' ' .. epoch .. '\\n' .. body
end
gone = trimLog(entries, at, total, gone, maxBytes, maxAgeMs)
redis.call('HSET', head, 'epoch', epoch, 'at', text(at), 'total', text(total), 'gone', text(gone))
-- every few seconds are enough: with every message it took a tenth of the script
if math.floor(now / 5000000) ~= math.floor(stood / 5000000) then keepLog(head, entries, keptForMs) end
for _, entry in ipairs(told) do redis.call('SPUBLISH', channel, entry) end
return answer
`,
  'fills',
);

/** The bounds of a log, and how long one that nobody touches is kept. */
export interface LogBounds {
  readonly maxBytes: number;
  readonly maxAgeMs: number;
  readonly keptForMs: number;
}

export interface AppendCall {
  readonly epoch: string;
  readonly knownAt: number;
  /** In their order, one at least. */
  readonly messages: readonly { readonly key: string; readonly body: string }[];
}

export function appendCommand(keys: LogKeys, call: AppendCall, bounds: LogBounds): Command {
  const { epoch, knownAt, messages } = call;
  const { maxBytes, maxAgeMs, keptForMs } = bounds;
  const args = [keys.channel, epoch, knownAt, maxBytes, maxAgeMs, keptForMs];
  for (const { key, body } of messages) args.push(key, body);
  return appendScript.call([keys.head, keys.entries], args);
}

/** Where each of so many messages stands. */
export function readHeads(reply: unknown, count: number): readonly LogHead[] {
  const [epoch, ...positions] = Array.isArray(reply) ? (reply as readonly unknown[]) : [];
  if (positions.length !== count) throw unreadable('where messages stand', reply);
  return positions.map((at) => readHead([epoch, at]));
}

/** Where a log stands, as scripts answer it. */
export function readHead(reply: unknown): LogHead {
  const [epoch, at] = Array.isArray(reply) ? (reply as readonly unknown[]) : [];
  if (typeof epoch !== 'string' || !Number.isSafeInteger(at)) throw unreadable('where a log stands', reply);
  return { epoch, at: at as number };
}
