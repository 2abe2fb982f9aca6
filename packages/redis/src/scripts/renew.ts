// Gives a log another epoch, unless somebody else already has, and tells the followers.
import type { LogKeys } from '../keys.js';
import { RedisScript, type Command } from '../redis-script.js';
import type { LogBounds } from './append.js';
import { logLua } from './log-lua.js';

export const renewScript: RedisScript = new RedisScript(`
${logLua}
local head, entries = KEYS[1], KEYS[2]
local channel, epoch, nextEpoch, notice, keptForMs = ARGV[1], ARGV[2], ARGV[3], ARGV[4], ARGV[5]

local isMissing = redis.call('EXISTS', head) == 0
local itsEpoch, at = openLog(head, entries, nextEpoch)
if itsEpoch == epoch or isMissing then
  itsEpoch = nextEpoch
  redis.call('HSET', head, 'epoch', nextEpoch)
  redis.call('SPUBLISH', channel, notice)
end
keepLog(head, entries, keptForMs)
return { itsEpoch, at }
`);

export interface RenewCall {
  readonly epoch: string;
  readonly nextEpoch: string;
  /** What those who follow are told. */
  readonly notice: string;
}

export function renewCommand(keys: LogKeys, call: RenewCall, { keptForMs }: LogBounds): Command {
  const args = [keys.channel, call.epoch, call.nextEpoch, call.notice, keptForMs];
  return renewScript.call([keys.head, keys.entries], args);
}
