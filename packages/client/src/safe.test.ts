import { SocketError } from '@wirepact/core';
import { describe, expect, it } from 'vitest';
import { safe } from './safe.js';

describe('safe', () => {
  it('gives the value of a promise that resolves', async () => {
    expect(await safe(Promise.resolve(5))).toEqual([undefined, 5]);
  });

  it('gives the error of a promise that rejects, itself', async () => {
    const error = new SocketError('timeout');
    const result = await safe(Promise.reject(error));
    expect(result[0]).toBe(error);
    expect(result[1]).toBeUndefined();
  });
});
