// A line as its server knows it: by that another line can end it, with what it may still carry.
import { isErrorReply, type RedisLine } from './redis-line.js';

/** A line as its server knows it, where it says so. */
export interface LineIdentity {
  readonly place: string;
  readonly id?: string | undefined;
  readonly address?: string | undefined;
}

/** Asks a server what it calls this line. Never rejects: where it does not say, nobody can end the line. */
export async function identify(line: RedisLine, place: string): Promise<LineIdentity> {
  const reply = await line.send(['CLIENT', 'INFO']).catch(() => undefined);
  const text = typeof reply === 'string' ? reply : '';
  const [, id] = /(?:^| )id=(\d+)/.exec(text) ?? [];
  const [, address] = / addr=(\S+)/.exec(text) ?? [];
  return { place, id, address };
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
