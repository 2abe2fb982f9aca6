import { describe, expect, it } from 'vitest';
import type { ClientOptions } from './client-options.js';
import { resolveOptions } from './options.js';

const url = '/ws';
const defaults = resolveOptions({ url });

describe('resolveOptions', () => {
  it('takes a figure of 0 for a figure', () => {
    const { reconnect, outbox, heartbeat, requestTimeoutMs } = resolveOptions({
      url,
      reconnect: { quickMs: 0, maxAttempts: 0 },
      outbox: { maxMessages: 0 },
      heartbeat: { timeoutMs: 0 },
      requestTimeoutMs: 0,
    });
    expect({ reconnect, outbox, heartbeat, requestTimeoutMs }).toEqual({
      reconnect: { ...defaults.reconnect, quickMs: 0, maxAttempts: 0 },
      outbox: { ...defaults.outbox, maxMessages: 0 },
      heartbeat: { timeoutMs: 0 },
      requestTimeoutMs: 0,
    });
  });

  it.each([
    ['minDelayMs', { reconnect: { minDelayMs: NaN } }],
    ['maxAttempts', { reconnect: { maxAttempts: -1 } }],
    ['timeoutMs', { heartbeat: { timeoutMs: NaN } }],
    ['requestTimeoutMs', { requestTimeoutMs: NaN }],
    ['maxBytes', { outbox: { maxBytes: '1000' as unknown as number } }],
  ])('refuses what is no figure from 0 on: %s', (name, options) => {
    expect(() => resolveOptions({ url, ...options })).toThrow(TypeError);
    expect(() => resolveOptions({ url, ...options })).toThrow(name);
  });

  it('refuses an address that is undefined, as one of an environment may be', () => {
    expect(() => resolveOptions({ url: undefined as unknown as string })).toThrow(/url is undefined/);
  });

  it('takes undefined for not given', () => {
    // what plain JavaScript passes on, and types without exactOptionalPropertyTypes allow
    const loose = {
      url,
      autoConnect: undefined,
      reconnect: { minDelayMs: undefined, factor: 3 },
      outbox: { maxBytes: undefined },
      requestTimeoutMs: undefined,
    } as unknown as ClientOptions;
    expect(resolveOptions(loose)).toMatchObject({
      autoConnect: true,
      reconnect: { ...defaults.reconnect, factor: 3 },
      outbox: defaults.outbox,
      requestTimeoutMs: defaults.requestTimeoutMs,
    });
  });
});
