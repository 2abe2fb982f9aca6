import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ChannelError, errorCodes, SocketError, type ErrorCode } from './errors.js';
import { fromWireError, toWireError } from './wire-error.js';

/** Over the wire and back. */
const carried = (error: SocketError): SocketError =>
  fromWireError(JSON.parse(JSON.stringify(toWireError(error))), error.path);
const told = ({ code, message, data, path, retryable }: SocketError): object => ({
  code,
  message,
  data,
  path,
  retryable,
});

const foreignCodes = fc
  .oneof(fc.string(), fc.constantFrom('__proto__', 'constructor', 'hasOwnProperty', 'MUTED'))
  .filter((code) => !Object.hasOwn(errorCodes, code));
const jsonValues = fc.jsonValue().map((value) => JSON.parse(JSON.stringify(value)) as unknown);

describe('an error that crosses the wire', () => {
  it('is the same with a code of the contract, whatever its data', () => {
    fc.assert(
      fc.property(
        foreignCodes,
        fc.string(),
        fc.option(jsonValues, { nil: undefined }),
        (code, message, data) => {
          const error = new ChannelError(code, data, message, { path: 'chat' });
          const received = carried(error);
          expect(received).toBeInstanceOf(ChannelError);
          expect(told(received)).toEqual(told(error));
        },
      ),
    );
  });

  it('is the same with a code of the library, whose details stand beside the code', () => {
    const details = fc.dictionary(
      fc.constantFrom('issues', 'retryAfterMs', '__proto__', 'constructor', 'path'),
      jsonValues,
      { minKeys: 1, noNullPrototype: true },
    );
    fc.assert(
      fc.property(
        fc.constantFrom(...(Object.keys(errorCodes) as ErrorCode[])),
        fc.string(),
        details,
        (code, message, data) => {
          const error = new SocketError(code, message, { data });
          expect(toWireError(error)).toEqual({ ...data, code, message });
          expect(told(carried(error))).toEqual(told(error));
          expect(carried(error)).not.toBeInstanceOf(ChannelError);
        },
      ),
    );
  });

  it('leaves its cause, its stack and its path behind', () => {
    const error = new SocketError('internal', 'm', { cause: new Error('secret'), path: 'chat' });
    expect(toWireError(error)).toEqual({ code: 'internal', message: 'm' });
  });

  it.each(['text', 5, null, false])('leaves details that are no object (%s) behind', (data) => {
    expect(toWireError(new SocketError('forbidden', 'm', { data }))).toEqual({
      code: 'forbidden',
      message: 'm',
    });
  });

  it('cannot change its code by its details', () => {
    const error = new SocketError('forbidden', 'm', { data: { code: 'internal', message: 'other' } });
    expect(toWireError(error)).toEqual({ code: 'forbidden', message: 'm' });
  });
});

describe('fromWireError', () => {
  it.each([undefined, null, 5, 'internal', [], {}, { code: 7 }, { message: 'm' }])(
    'makes internal of %j',
    (wire) => {
      expect(fromWireError(wire, 'chat')).toMatchObject({ code: 'internal', path: 'chat' });
    },
  );

  it('says the code where the text is none', () => {
    expect(fromWireError({ code: 'MUTED', message: 5 }).message).toBe('[MUTED]');
  });

  it('never changes the prototype of anything', () => {
    const error = fromWireError(JSON.parse('{"code":"forbidden","__proto__":{"polluted":true}}'));
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
    expect((error.data as { polluted?: boolean }).polluted).toBeUndefined();
  });
});
