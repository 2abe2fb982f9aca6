import { expect, it } from 'vitest';
import { createSessionId } from './secrets.js';

it('makes ids of 128 bits, each different from all others', () => {
  const ids = Array.from({ length: 1_000 }, createSessionId);
  expect(new Set(ids).size).toBe(1_000);
  for (const id of ids) expect(id).toMatch(/^s_[\w-]{22}$/);
});
