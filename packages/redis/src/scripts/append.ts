// Appends messages to a log: gives each its position, stores it, trims what is too old or too much, and tells the followers. It
// takes several at once, because calling a script and finding the log's head costs as much as all the rest for one message. Those
// that may have been appended before are looked for first.
import type { LogHead } from '@wirepact/server';
import type { LogKeys } from '../keys.js';
import { RedisScript, unreadable, type Command } from '../redis-script.js';
import { findLua } from './find-lua.js';
import { appendLua, logLua } from './log-lua.js';

/** What is answered, in place of its position, of a message that was not appended. */
const overtaken = 0;
const unknown = -1;

export const appendScript: RedisScript = new RedisScript(
  `
${logLua}
${appendLua}
${findLua}
local head, entries = KEYS[1], KEYS[2]
local channel, epoch, knownAt = ARGV[1], ARGV[2], tonumber(ARGV[3])
local maxBytes, maxAgeMs, keptForMs = tonumber(ARGV[4]), tonumber(ARGV[5]), ARGV[6]
local above, tag = tonumber(ARGV[7]), ARGV[8]

local stood, total, gone
epoch, stood, total, gone = openLog(head, entries, epoch)

local standing, newest, isCertain
if above then standing, newest, isCertain = findOwn(entries, stood, above, tag, numberOf(ARGV[9], tag)) end

-- where one in doubt stands, or why it is not appended; nothing where it is certain that it and later ones never were
local function judge(key)
  if standing[key] then return standing[key] end
  if not isCertain then return ${unknown} end
  if numberOf(key, tag) < newest then return ${overtaken} end
end

local at = stood
local ms = text(math.floor(now / 1000))
local answer, told = { epoch }, {}
for index = 9, #ARGV, 2 do
  local previous, key, body = at, ARGV[index], ARGV[index + 1]
  local judged = above and judge(key)
  if judged then
    answer[#answer + 1] = judged
  else
    at = math.max(now, previous + 1, knownAt + 1)
    total = addEntry(entries, at, previous, ms, key, total, body)
    answer[#answer + 1] = at
    told[#told + 1] =
      'a' .. text(at) .. ' ' .. text(previous) .. ' ' .. ms .. ' ' .. key .. ' ' .. epoch .. '\\n' .. body
  end
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
  /** Some of the messages may have been appended before, above a position. The keys of this process begin with the tag. */
  readonly doubt: { readonly above: number; readonly tag: string } | undefined;
  /** In their order, one at least. */
  readonly messages: readonly { readonly key: string; readonly body: string }[];
}

/**
 * Where a message stands, or why it was not appended: later ones of its process were taken without it, or the log does not go
 * back as far as it may stand.
 */
export type Appended = LogHead | 'overtaken' | 'unknown';

export function appendCommand(keys: LogKeys, call: AppendCall, bounds: LogBounds): Command {
  const { epoch, knownAt, doubt, messages } = call;
  const { maxBytes, maxAgeMs, keptForMs } = bounds;
  const args = [keys.channel, epoch, knownAt, maxBytes, maxAgeMs, keptForMs];
  args.push(doubt?.above ?? '', doubt?.tag ?? '');
  for (const { key, body } of messages) args.push(key, body);
  return appendScript.call([keys.head, keys.entries], args);
}

/** What became of each of so many messages. */
export function readAppended(reply: unknown, count: number): readonly Appended[] {
  const [epoch, ...positions] = Array.isArray(reply) ? (reply as readonly unknown[]) : [];
  if (positions.length !== count) throw unreadable('the positions of messages', reply);
  return positions.map((at) => {
    if (at === overtaken) return 'overtaken';
    if (at === unknown) return 'unknown';
    return readHead([epoch, at]);
  });
}

/** Where a log stands, as scripts answer it. */
export function readHead(reply: unknown): LogHead {
  const [epoch, at] = Array.isArray(reply) ? (reply as readonly unknown[]) : [];
  if (typeof epoch !== 'string' || !Number.isSafeInteger(at))
    throw unreadable('the position of a log', reply);
  return { epoch, at: at as number };
}
