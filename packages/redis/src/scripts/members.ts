// Who is in a room: somebody enters, leaves, and the list of all.
import type { SharedMember } from '@wirepact/server';
import type { LogKeys } from '../keys.js';
import { RedisScript, unreadable, type Command } from '../redis-script.js';
import { memberForMs, membersLua } from './members-lua.js';

const now = `
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
`;

export const enterScript: RedisScript = new RedisScript(`
${now}
${membersLua}
redis.call('ZADD', KEYS[1], string.format('%.0f', now / 1000 + ARGV[1]), ARGV[2])
redis.call('HSET', KEYS[2], ARGV[2], ARGV[3])
pruneMembers(KEYS[1], KEYS[2])
`);

export const leaveScript: RedisScript = new RedisScript(`
redis.call('ZREM', KEYS[1], ARGV[1])
redis.call('HDEL', KEYS[2], ARGV[1])
`);

export const membersScript: RedisScript = new RedisScript(`
${now}
${membersLua}
pruneMembers(KEYS[1], KEYS[2])
return redis.call('HGETALL', KEYS[2])
`);

export function enterCommand(keys: LogKeys, { id, userId, info }: SharedMember): Command {
  const args = [memberForMs, id, JSON.stringify([userId ?? null, info])];
  return enterScript.call([keys.memberTimes, keys.members], args);
}

export function leaveCommand(keys: LogKeys, id: string): Command {
  return leaveScript.call([keys.memberTimes, keys.members], [id]);
}

export function membersCommand(keys: LogKeys): Command {
  return membersScript.call([keys.memberTimes, keys.members], []);
}

export function readMembers(reply: unknown): readonly SharedMember[] {
  if (!Array.isArray(reply)) throw unreadable('who is in a room', reply);
  const members: SharedMember[] = [];
  for (let index = 0; index + 1 < reply.length; index += 2) {
    members.push(readMember(String(reply[index]), String(reply[index + 1])));
  }
  return members;
}

function readMember(id: string, text: string): SharedMember {
  let read: unknown;
  try {
    read = JSON.parse(text);
  } catch {
    throw unreadable('who is in a room', text);
  }
  const [userId, info] = Array.isArray(read) ? (read as readonly unknown[]) : [];
  if (typeof info !== 'string' || (userId !== null && typeof userId !== 'string')) {
    throw unreadable('who is in a room', text);
  }
  return { id, userId: userId ?? undefined, info };
}
