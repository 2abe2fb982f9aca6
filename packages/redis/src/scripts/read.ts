// Reads what a log holds after a position. A missing log is created.
import type { LogHead } from '@wirepact/server';
import type { LogKeys } from '../keys.js';
import { RedisScript, unreadable, type Command } from '../redis-script.js';
import { readNumber } from '../shared-text.js';
import { readHead, type LogBounds } from './append.js';
import { logLua } from './log-lua.js';

export const readScript: RedisScript = new RedisScript(`
${logLua}
local head, entries = KEYS[1], KEYS[2]
local after, limit, keptForMs = ARGV[2], ARGV[3], ARGV[4]

local epoch, at = openLog(head, entries, ARGV[1])
keepLog(head, entries, keptForMs)
local oldest = redis.call('XRANGE', entries, '-', '+', 'COUNT', 1)
local floor = oldest[1] and tonumber(field(oldest[1], 'a')) or at
local found
if limit == '' then
  found = redis.call('XRANGE', entries, '(' .. after .. '-0', '+')
else
  found = redis.call('XREVRANGE', entries, '+', '(' .. after .. '-0', 'COUNT', limit)
end
return { epoch, at, floor, found, text(now) }
`);

/** An entry as it lies in the stream, unchecked: its id and its fields. */
type RawEntry = readonly [id: string, fields: ReadonlyMap<string, string>];

/** A part of a log, its entries unchecked. */
export interface RawPage extends LogHead {
  readonly floor: number;
  /** Oldest first. */
  readonly entries: readonly RawEntry[];
  /** The engine's clock, in µs as positions are. */
  readonly now: number;
}

export function readCommand(
  keys: LogKeys,
  range: { readonly after: number; readonly limit?: number; readonly epoch: string },
  { keptForMs }: LogBounds,
): Command {
  const args = [range.epoch, range.after, range.limit ?? '', keptForMs];
  return readScript.call([keys.head, keys.entries], args);
}

export function readPage(reply: unknown, isNewestFirst: boolean): RawPage {
  const head = readHead(reply);
  const [, , floor, found, time] = reply as readonly unknown[];
  const lowest = readNumber(floor);
  const now = readNumber(time);
  if (lowest === undefined || now === undefined || !Array.isArray(found)) throw unreadable('a log', reply);
  const entries = found.map(readRawEntry);
  return { ...head, floor: lowest, entries: isNewestFirst ? entries.reverse() : entries, now };
}

function readRawEntry(raw: unknown): RawEntry {
  const [id, fields] = Array.isArray(raw) ? (raw as readonly unknown[]) : [];
  if (typeof id !== 'string' || !Array.isArray(fields)) throw unreadable('a log', raw);
  const byName = new Map<string, string>();
  for (let index = 0; index + 1 < fields.length; index += 2) {
    byName.set(String(fields[index]), String(fields[index + 1]));
  }
  return [id, byName];
}
