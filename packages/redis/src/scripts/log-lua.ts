// What the scripts that touch a log have in common, in Lua. The head of a log is a hash: `epoch`, `at`, `total` (bytes that were
// ever appended) and `gone` (how much of that is kept no more, as far as was looked). The entries are a stream whose ids are
// `<at>-0`: `a` after, `t` time, `k` key, `s` the log's total before it, `b` body.

/** Beside its body an entry counts with so many bytes: what its place in the stream takes. */
const entryOverheadBytes = 48;

/** Declares `now` in µs, `text`, `field`, `positionOf` and `openLog`. */
export const logLua = `
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]

local function text(number)
  return string.format('%.0f', number)
end

local function field(entry, name)
  for index = 1, #entry[2], 2 do
    if entry[2][index] == name then return entry[2][index + 1] end
  end
end

local function positionOf(entry)
  return tonumber(string.match(entry[1], '^%d+')) or 0
end

-- where the log stands; a log that is not there is made, and what is left of one before it is no part of it
local function openLog(head, entries, epoch)
  local kept = redis.call('HMGET', head, 'epoch', 'at', 'total', 'gone')
  if kept[1] then
    return kept[1], tonumber(kept[2]) or 0, tonumber(kept[3]) or 0, tonumber(kept[4]) or 0
  end
  redis.call('DEL', entries)
  redis.call('HSET', head, 'epoch', epoch, 'at', '0', 'total', '0', 'gone', '0')
  return epoch, 0, 0, 0
end

local function keepLog(head, entries, keptForMs)
  redis.call('PEXPIRE', head, keptForMs)
  redis.call('PEXPIRE', entries, keptForMs)
end
`;

/** Declares `addEntry`, which appends at a position, and `trimLog`. */
export const appendLua: string = `
local function addEntry(entries, at, after, time, key, total, body)
  redis.call('XADD', entries, text(at) .. '-0',
    'a', text(after), 't', time, 'k', key, 's', text(total), 'b', body)
  return total + #body + ${entryOverheadBytes}
end

-- gives up what is too old or too much, from the oldest on; the newest entry stays. What is too much is a little more than
-- that at a time, since it must be looked at
local function trimLog(entries, at, total, gone, maxBytes, maxAgeMs)
  local first = math.max(0, now - maxAgeMs * 1000)
  local cursor = '-'
  local spare = total - gone > maxBytes and maxBytes * 15 / 16 or maxBytes
  while total - gone > spare do
    local oldest = redis.call('XRANGE', entries, cursor, '+', 'COUNT', 32)
    if #oldest == 0 then break end
    for _, entry in ipairs(oldest) do
      local position = positionOf(entry)
      gone = tonumber(field(entry, 's')) or gone
      if position >= at or (position >= first and total - gone <= spare) then
        first = math.max(first, position)
        cursor = nil
        break
      end
      cursor = '(' .. entry[1]
    end
    if not cursor then break end
  end
  redis.call('XTRIM', entries, 'MINID', '=', text(math.min(first, at)) .. '-0')
  return gone
end
`;
