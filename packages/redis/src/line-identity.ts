// The identity that a Redis server gives to a connection, by which another connection can kill it, with what it may still
// carry.
import { isErrorReply, type RedisLine } from './redis-line.js';

/** A line as its server knows it, where it says so. */
export interface LineIdentity {
  readonly id?: string | undefined;
  readonly address?: string | undefined;
}

/** Asks a server what it calls this line. Never rejects: where it does not say, nobody can end the line. */
export async function identify(line: RedisLine): Promise<LineIdentity> {
  const reply = await line.send(['CLIENT', 'INFO']).catch(() => undefined);
  const text = typeof reply === 'string' ? reply : '';
  const [, id] = /(?:^| )id=(\d+)/.exec(text) ?? [];
  const [, address] = / addr=(\S+)/.exec(text) ?? [];
  return { id, address };
}

/** Ends the line before this one, which may carry what nobody waits for any more. Whether that is certain now. */
export async function endBefore(line: RedisLine, { id, address }: LineIdentity): Promise<boolean> {
  if (id === undefined || address === undefined) return false;
  try {
    // by both: the numbers begin anew when a server does
    await line.send(['CLIENT', 'KILL', 'ID', id, 'ADDR', address]);
    return true;
  } catch (error) {
    if (isErrorReply(error)) return false;
    throw error;
  }
}

/** Of so many servers the last line is remembered: a cluster has no more, and of those that are gone nothing comes late. */
const maxServers = 1_024;

/** The last line to each server, however often another one was in its place. */
export class LastLines {
  readonly #lines = new Map<string, LineIdentity>();

  to(server: string): LineIdentity | undefined {
    return this.#lines.get(server);
  }

  note(server: string, line: LineIdentity): void {
    this.#lines.delete(server);
    this.#lines.set(server, line);
    const [oldest] = this.#lines.keys();
    if (this.#lines.size > maxServers && oldest !== undefined) this.#lines.delete(oldest);
  }
}
