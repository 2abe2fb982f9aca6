// Whether a server that is there again has all that it had: one that stood still or was cut off has, one that was started again
// or took over from another may have lost what had been accepted last.
import type { RedisLine } from './redis-line.js';

/**
 * Resolves with what stays the same for as long as a server runs and is nobody's replica: its run, and its replication history,
 * of which a replica that is promoted begins another one. `undefined` where it does not say.
 */
export async function askHistory(line: RedisLine): Promise<string | undefined> {
  const reply = await line.send(['INFO', 'server', 'replication']).catch(() => undefined);
  const text = typeof reply === 'string' ? reply : '';
  const [, run] = /^run_id:(\w+)/m.exec(text) ?? [];
  const [, history] = /^master_replid:(\w+)/m.exec(text) ?? [];
  return run === undefined || history === undefined ? undefined : `${run} ${history}`;
}
