import { expect, it } from 'vitest';
import { createSecret, createSessionId, hashOf } from './secrets.js';

it('makes ids of 128 bits, each different from all others', () => {
  const ids = Array.from({ length: 1_000 }, createSessionId);
  expect(new Set(ids).size).toBe(1_000);
  for (const id of ids) expect(id).toMatch(/^s_[\w-]{22}$/);
});

it('knows a secret again by what is kept of it, which is nothing of the secret', () => {
  const [secret, other] = [createSecret(), createSecret()];
  expect(hashOf(secret)).toBe(hashOf(`${secret}`));
  expect(hashOf(secret)).not.toBe(hashOf(other));
  expect(hashOf(secret)).not.toContain(secret.slice(0, 8));
});
