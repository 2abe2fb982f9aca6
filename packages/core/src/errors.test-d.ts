import { describe, expectTypeOf, it } from 'vitest';
import { ChannelError, isSocketError, SocketError, type ErrorCode } from './errors.js';

describe('SocketError', () => {
  it('is created with a code of the library', () => {
    expectTypeOf(new SocketError('timeout')).toEqualTypeOf<SocketError<'timeout'>>();
    expectTypeOf(new SocketError('timeout', 'text', { data: 1 })).toEqualTypeOf<
      SocketError<'timeout', number>
    >();
    const either = {} as 'forbidden' | 'denied';
    expectTypeOf(new SocketError(either)).toEqualTypeOf<SocketError<'forbidden' | 'denied'>>();
    const any = {} as ErrorCode;
    expectTypeOf(new SocketError(any)).toEqualTypeOf<SocketError<ErrorCode>>();
  });

  it('is not created with any other', () => {
    const text = {} as string;
    const check = () => {
      // @ts-expect-error the code is misspelt
      new SocketError('unauthentcated');
      // @ts-expect-error a code of the contract belongs to a ChannelError
      new SocketError('MUTED', 'text', { data: 1 });
      // @ts-expect-error nobody knows what this is
      new SocketError(text);
      // @ts-expect-error naming the type does not make it a code
      new SocketError<'unauthentcated'>('unauthentcated');
    };
    expectTypeOf(check).toBeFunction();
  });

  it('may have any code where it is received', () => {
    expectTypeOf<ChannelError<'MUTED'>>().toExtend<SocketError>();
    const thrown = {} as unknown;
    if (isSocketError(thrown)) expectTypeOf(thrown.code).toEqualTypeOf<string>();
    if (isSocketError(thrown, 'MUTED')) expectTypeOf(thrown.code).toEqualTypeOf<'MUTED'>();
  });
});

describe('ChannelError', () => {
  it('is created with any code', () => {
    const text = {} as string;
    expectTypeOf(new ChannelError('MUTED', 5)).toEqualTypeOf<ChannelError<'MUTED', number>>();
    expectTypeOf(new ChannelError(text)).toEqualTypeOf<ChannelError>();
  });
});
