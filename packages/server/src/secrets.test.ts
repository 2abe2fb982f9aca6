import type * as Crypto from 'node:crypto';
import { expect, it, vi } from 'vitest';
import { createSecret, createSessionId, hashOf } from './secrets.js';

const filled = vi.hoisted(() => new Set<Buffer>());

vi.mock('node:crypto', async (importOriginal) => {
  const crypto = await importOriginal<typeof Crypto>();
  const randomFillSync = (bytes: Buffer): Buffer => {
    filled.add(bytes);
    return crypto.randomFillSync(bytes);
  };
  return { ...crypto, randomFillSync };
});

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

it('keeps no secret among the random bytes for the next ones', () => {
  const secrets = Array.from({ length: 300 }, () => Buffer.from(createSecret(), 'base64url'));
  expect(filled.size).toBe(1);
  for (const pool of filled) expect(secrets.filter((secret) => pool.includes(secret))).toEqual([]);
});
