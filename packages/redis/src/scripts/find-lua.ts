// How a script looks for messages that a connection may have carried before it broke, in Lua: in one step with appending them, or
// somebody could give them back in between.

/** Declares `numberOf` and `findOwn`; `text`, `field` and `positionOf` are declared before. */
export const findLua = `
-- the number in a key of the process with this tag; nothing for the key of another one
local function numberOf(key, tag)
  return string.sub(key, 1, #tag) == tag and tonumber(string.sub(key, #tag + 1), 36)
end

-- what a log holds of a process above a position: where each message stands by its key, the number of the newest, and whether
-- more can only stand below that position, or before the message with the number \`first\`. Numbers rise as positions do
local function findOwn(entries, at, above, tag, first)
  local standing, newest, reached, cursor = {}, 0, at, '+'
  while reached > above do
    local some = redis.call('XREVRANGE', entries, cursor, '(' .. text(above) .. '-0', 'COUNT', 64)
    for _, entry in ipairs(some) do
      local key = field(entry, 'k') or ''
      local number = numberOf(key, tag)
      if number then
        standing[key] = positionOf(entry)
        newest = math.max(newest, number)
        if number <= first then return standing, newest, true end
      end
      reached = tonumber(field(entry, 'a')) or reached
    end
    if #some < 64 then break end
    cursor = '(' .. some[64][1]
  end
  return standing, newest, reached <= above
end
`;
