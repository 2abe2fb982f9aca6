import { describe, expect, it } from 'vitest';
import type { ClientOptions } from './client-options.js';
import { resolveOptions } from './options.js';

const url = '/ws';
const defaults = resolveOptions({ url });

describe('resolveOptions', () => {
  it('takes a figure of 0 for a figure', () => {
    const { reconnect, outbox, silenceMs, requestTimeoutMs } = resolveOptions({
      url,
      reconnect: { quickMs: 0, maxAttempts: 0 },
      outbox: { maxMessages: 0 },
      heartbeat: { timeoutMs: 0 },
      requestTimeoutMs: 0,
    });
    expect({ reconnect, outbox, silenceMs, requestTimeoutMs }).toEqual({
      reconnect: { ...defaults.reconnect, quickMs: 0, maxAttempts: 0 },
      outbox: { ...defaults.outbox, maxMessages: 0 },
      silenceMs: 0,
      requestTimeoutMs: 0,
    });
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
