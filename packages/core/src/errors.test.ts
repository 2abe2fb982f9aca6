import { describe, expect, it } from 'vitest';
import {
  ChannelError,
  errorCodes,
  isSocketError,
  SocketError,
  toSocketError,
  type ErrorCode,
} from './errors.js';

describe('SocketError', () => {
  it('carries its code, text, data, path and cause', () => {
    const cause = new Error('first');
    const error = new SocketError('timeout', '[timeout] no answer', { data: { ms: 5 }, path: 'chat', cause });
    expect(error).toBeInstanceOf(Error);
    expect(error).toMatchObject({
      name: 'SocketError',
      code: 'timeout',
      message: '[timeout] no answer',
      data: { ms: 5 },
      path: 'chat',
      cause,
    });
  });

  it('says its code where it has no text, and has no cause where none is given', () => {
    expect(new SocketError('timeout').message).toBe('[timeout]');
    expect('cause' in new SocketError('timeout')).toBe(false);
  });

  it('may be tried again as the table of codes says, unless it says otherwise itself', () => {
    for (const [code, retryable] of Object.entries(errorCodes) as [ErrorCode, boolean][]) {
      expect(new SocketError(code).retryable).toBe(retryable);
    }
    expect(new SocketError('forbidden', undefined, { retryable: true }).retryable).toBe(true);
  });

  it.each(['MUTED', '__proto__', 'constructor', 'toString'])(
    'is not retryable with the foreign code %s',
    (code) => {
      expect(new ChannelError(code).retryable).toBe(false);
    },
  );
});

describe('ChannelError', () => {
  it('is a SocketError with the data first', () => {
    const error = new ChannelError('MUTED', { until: 'later' });
    expect(error).toBeInstanceOf(SocketError);
    expect(error).toMatchObject({
      name: 'ChannelError',
      code: 'MUTED',
      data: { until: 'later' },
      retryable: false,
    });
  });

  it('keeps the data of its options where it is given none', () => {
    expect(new ChannelError('MUTED', undefined, 'm', { data: 1 }).data).toBe(1);
  });
});

describe('isSocketError', () => {
  it('knows an error of another copy of the package', () => {
    const foreign = { [Symbol.for('wirepact.error')]: true, code: 'timeout' };
    expect(isSocketError(foreign)).toBe(true);
    expect(isSocketError(foreign, 'timeout')).toBe(true);
    expect(isSocketError(foreign, 'closed')).toBe(false);
  });

  it.each([undefined, null, 'timeout', 5, {}, new Error('[timeout]'), { code: 'timeout' }])(
    'refuses %s',
    (value) => {
      expect(isSocketError(value)).toBe(false);
    },
  );
});

describe('toSocketError', () => {
  it('gives a SocketError back as it is', () => {
    const error = new SocketError<ErrorCode>('closed');
    expect(toSocketError(error, 'chat')).toBe(error);
  });

  it.each([
    [new TypeError('no such thing'), '[internal] no such thing'],
    ['a string', '[internal] a string'],
    [undefined, '[internal] undefined'],
    [Symbol('s'), '[internal] Symbol(s)'],
    [Object.create(null), '[internal] something was thrown'],
  ])('makes internal of %s, which stays the cause', (thrown: unknown, message) => {
    expect(toSocketError(thrown, 'chat')).toMatchObject({
      code: 'internal',
      message,
      cause: thrown,
      path: 'chat',
    });
  });
});
