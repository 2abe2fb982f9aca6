// The members of a room, in Lua: a sorted set of ids by when each expires, and a hash of what may be known about each.

/** A member that its process does not name for so long is given up: that process has died. */
export const memberForMs = 60_000;

/** Declares `pruneMembers`; `now` in µs is there already. */
export const membersLua = `
local function pruneMembers(times, infos)
  local gone = redis.call('ZRANGEBYSCORE', times, '-inf', string.format('%.0f', now / 1000))
  for _, id in ipairs(gone) do
    redis.call('HDEL', infos, id)
    redis.call('ZREM', times, id)
  end
  if redis.call('ZCARD', times) == 0 then redis.call('DEL', infos) end
  -- nobody is left who would give them up
  redis.call('PEXPIRE', times, 120000)
  redis.call('PEXPIRE', infos, 120000)
end
`;
