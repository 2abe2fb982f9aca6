// Whether a server that is reachable again still has all its data. One that was stopped or cut off does; one that was
// restarted, or took over from another, may have lost what was accepted last.
import type { RedisLine } from './redis-line.js';

/** Who cannot tell a server for so long that something is still wanted may find it expired: that takes half a minute at least. */
const keptUntoldMs = 10_000;

/** What a server says of itself, where it does. */
interface Standing {
  /**
   * What stays the same for as long as it runs and is nobody's replica: its run, and its replication history, of which a replica
   * that is promoted begins another one. A master may do so as well, when its first replica comes or its last one has been gone
   * for long: then it is taken for one that has lost something, which does no harm.
   */
  readonly history: string | undefined;
  /** It copies another one, and what it does not have is no proof of anything. */
  readonly isReplica: boolean;
}

/** Asks a server what it is. Rejects never: one that may not be asked is taken for a master. */
export async function askStanding(line: RedisLine): Promise<Standing> {
  const reply = await line.send(['INFO', 'server', 'replication']).catch(() => undefined);
  const text = typeof reply === 'string' ? reply : '';
  const [, run] = /^run_id:(\w+)/m.exec(text) ?? [];
  const [, history] = /^master_replid:(\w+)/m.exec(text) ?? [];
  return {
    history: run === undefined || history === undefined ? undefined : `${run} ${history}`,
    isReplica: /^role:slave\b/m.test(text),
  };
}

/** What one server has gone through, as far as its lines show. */
export class ServerHistory {
  #history: string | undefined;
  #lostAt = 0;
  #mayHaveLost = false;

  /** The line on which it is asked is lost. */
  lost(now: number): void {
    this.#lostAt = now;
  }

  /** It can be asked again; `history` is what {@link askStanding} found. */
  back(history: string | undefined, now: number): void {
    const isSame = history !== undefined && history === this.#history;
    // one that was lost again before that was told may have been another
    this.#mayHaveLost ||= !isSame || now - this.#lostAt >= keptUntoldMs;
    this.#history = history;
  }

  /** Whether it may have lost something since this was last asked. */
  takeLoss(): boolean {
    const mayHaveLost = this.#mayHaveLost;
    this.#mayHaveLost = false;
    return mayHaveLost;
  }
}
