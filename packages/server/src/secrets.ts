// Random ids that nobody can guess, 128 bits each, from one pool, and the hashes that are kept of those that are secret.
import { createHash, randomFillSync } from 'node:crypto';

const bytesPerName = 16;

/** Random bytes for many ids: fetching them one id at a time costs 5 % of what a connection costs. */
const pool = Buffer.alloc(256 * bytesPerName);
let used = pool.length;

/** 22 characters that may stand in a URL. */
export function createSecret(): string {
  if (used === pool.length) {
    randomFillSync(pool);
    used = 0;
  }
  const from = used;
  used += bytesPerName;
  const secret = pool.toString('base64url', from, used);
  // what was given away is not to lie about here
  pool.fill(0, from, used);
  return secret;
}

/** Makes the id of a session. */
export function createSessionId(): string {
  return `s_${createSecret()}`;
}

/** What is kept of a secret: enough to recognise it, and useless to whoever reads a memory dump. */
export function hashOf(secret: string): string {
  // of a secret that is random from end to end nothing is learnt from how long a comparison of hashes takes
  return createHash('sha256').update(secret).digest('base64url');
}
