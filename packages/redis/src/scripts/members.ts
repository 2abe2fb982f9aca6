// The members of a room: adds one, removes one, and lists all.
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

/** `known` is what may be known of it, as it is kept. */
export function enterCommand(keys: LogKeys, id: string, known: string): Command {
  return enterScript.call([keys.memberTimes, keys.members], [memberForMs, id, known]);
}

export function leaveCommand(keys: LogKeys, id: string): Command {
  return leaveScript.call([keys.memberTimes, keys.members], [id]);
}

export function membersCommand(keys: LogKeys): Command {
  return membersScript.call([keys.memberTimes, keys.members], []);
}

/** A member as it is kept, unchecked. */
export interface RawMember {
  readonly id: string;
  readonly known: string;
}

export function readMembers(reply: unknown): readonly RawMember[] {
  if (!Array.isArray(reply)) throw unreadable('the members of a room', reply);
  const members: RawMember[] = [];
  for (let index = 0; index + 1 < reply.length; index += 2) {
    members.push({ id: String(reply[index]), known: String(reply[index + 1]) });
  }
  return members;
}

/** What is known of a member; `undefined` when that is nothing of ours. */
export function readKnown(text: string): Omit<SharedMember, 'id'> | undefined {
  let read: unknown;
  try {
    read = JSON.parse(text);
  } catch {
    return undefined;
  }
  const [userId, info] = Array.isArray(read) ? (read as readonly unknown[]) : [];
  if (typeof info !== 'string' || (userId !== null && typeof userId !== 'string')) return undefined;
  return { userId: userId ?? undefined, info };
}
