import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import type { OriginOptions } from '../options.js';
import { isOriginAllowed } from './origin.js';
import type { UpgradeRequest } from './upgrade-request.js';

interface Given {
  readonly origin?: string | readonly string[];
  readonly host?: string;
  readonly cookie?: string;
  readonly encrypted?: boolean;
}

const requestOf = ({ encrypted = false, host = 'app.example', ...headers }: Given): UpgradeRequest => ({
  headers: { host, ...headers },
  url: '/',
  remoteAddress: '10.0.0.1',
  encrypted,
});
const neverFails = (error: unknown): never => {
  throw error;
};
const isAllowed = (given: Given, origins?: OriginOptions): boolean =>
  isOriginAllowed(requestOf(given), origins, neverFails);

describe('without an option a page of the same origin may connect', () => {
  it.each<Given>([
    { origin: 'http://app.example' },
    { origin: 'https://app.example' },
    { origin: 'https://app.example', encrypted: true },
    { origin: 'http://app.example', host: 'app.example:80' },
    { origin: 'https://app.example', host: 'app.example:443', encrypted: true },
    { origin: 'http://app.example:8080', host: 'app.example:8080' },
    { origin: 'http://localhost:5173', host: 'localhost:5173' },
    { origin: 'http://127.0.0.1:3000', host: '127.0.0.1:3000' },
    { origin: 'http://[::1]:3000', host: '[::1]:3000' },
    { origin: 'https://xn--bcher-kva.example', host: 'xn--bcher-kva.example' },
    { origin: 'https://app.example', host: 'APP.Example' },
    { origin: 'https://app.example.', host: 'app.example.' },
  ])('%o', (given) => {
    expect(isAllowed(given)).toBe(true);
  });
});

describe('and no other', () => {
  it.each<Given>([
    // look-alikes
    { origin: 'https://evil.example' },
    { origin: 'https://app.example.evil.example' },
    { origin: 'https://evilapp.example' },
    { origin: 'https://app.example-evil.example' },
    { origin: 'https://sub.app.example' },
    { origin: 'https://example' },
    { origin: 'https://app.exampl' },
    { origin: 'https://app.example.' },
    { origin: 'https://app.example', host: 'app.example.' },
    // scheme and port
    { origin: 'http://app.example', encrypted: true },
    { origin: 'http://app.example:8080' },
    { origin: 'https://app.example:8443' },
    { origin: 'http://app.example:80' },
    { origin: 'https://app.example', host: 'app.example:8443' },
    { origin: 'https://app.example', host: 'app.example:80' },
    { origin: 'ws://app.example' },
    { origin: 'wss://app.example' },
    { origin: 'ftp://app.example' },
    { origin: 'file://' },
    { origin: 'file://app.example' },
    { origin: 'data:text/html,hi' },
    { origin: 'blob:https://app.example/1' },
    { origin: 'javascript://app.example' },
    { origin: 'chrome-extension://app.example' },
    // whatever browsers would not write
    { origin: 'HTTPS://app.example' },
    { origin: 'https://APP.example' },
    { origin: 'https://app.example/' },
    { origin: 'https://app.example/path' },
    { origin: 'https://app.example?query' },
    { origin: 'https://app.example#hash' },
    { origin: 'https://user@app.example' },
    { origin: 'https://app.example@evil.example' },
    { origin: 'https://evil.example@app.example' },
    { origin: 'https://app.example:443@evil.example' },
    { origin: 'https://evil.example\\@app.example' },
    { origin: ' https://app.example' },
    { origin: 'https://app.example ' },
    { origin: 'https://app.example, https://evil.example' },
    { origin: 'https://app%2eexample' },
    { origin: 'https://bücher.example', host: 'xn--bcher-kva.example' },
    { origin: 'https://аpp.example' },
    { origin: '//app.example' },
    { origin: 'app.example' },
    { origin: 'null' },
    { origin: '' },
    { origin: '*' },
    { origin: ['https://app.example', 'https://app.example'] },
    { origin: 'http://[::1]', host: '[::2]' },
    { origin: 'http://2130706433', host: '127.0.0.1' },
    { origin: 'https://' + 'a'.repeat(8_192) },
    { origin: 'https://app.example', host: '' },
    { origin: 'https://app.example', host: '/' },
    { origin: 'https://app.example', host: 'a b' },
  ])('%o', (given) => {
    expect(isAllowed(given)).toBe(false);
  });

  it('whatever it and the host are, without throwing', () => {
    // any code unit: the table behind fast-check's own "binary" takes a second to make
    const anything = fc.string({ unit: fc.nat(0xffff).map((code) => String.fromCharCode(code)) });
    fc.assert(
      fc.property(anything, anything, (origin, host) => {
        if (isAllowed({ origin, host })) expect(new URL(origin).origin).toBe(origin);
        expect(isAllowed({ origin: 'https://app.example', host: host + '.evil.example' })).toBe(false);
      }),
    );
  });
});

describe('a caller that sends no origin', () => {
  it('may connect, since it is no page', () => {
    expect(isAllowed({})).toBe(true);
    expect(isAllowed({}, ['https://app.example'])).toBe(true);
  });

  it('may not with cookies, which only pages have', () => {
    expect(isAllowed({ cookie: 'session=1' })).toBe(false);
    expect(isAllowed({ cookie: '' })).toBe(false);
    expect(isAllowed({ cookie: 'session=1' }, ['https://app.example'])).toBe(false);
  });
});

describe('a list of origins', () => {
  const origins = ['https://app.example', 'http://localhost:5173', 'capacitor://localhost'];

  it.each(origins)('lets %s in, wherever the server is', (origin) => {
    expect(isAllowed({ origin, host: 'api.example' }, origins)).toBe(true);
  });

  it.each([
    'http://app.example',
    'https://app.example:8443',
    'https://app.example.evil.example',
    'https://sub.app.example',
    'https://APP.example',
    'https://app.example/',
    'http://localhost:5174',
    'http://localhost',
    'null',
    '',
    'https://api.example',
  ])('keeps %j out', (origin) => {
    expect(isAllowed({ origin, host: 'api.example' }, origins)).toBe(false);
  });

  it('keeps an origin that came twice out', () => {
    expect(isAllowed({ origin: ['https://app.example'] }, origins)).toBe(false);
  });

  it('that is empty lets no page in', () => {
    expect(isAllowed({ origin: 'https://app.example' }, [])).toBe(false);
  });
});

it("'*' lets everybody in", () => {
  expect(isAllowed({ origin: 'https://evil.example' }, '*')).toBe(true);
  expect(isAllowed({ origin: 'null', cookie: 'a=1' }, '*')).toBe(true);
});

describe('a decision of the application', () => {
  it('is asked with the origin and the request', () => {
    const decide = vi.fn(() => true);
    const given = requestOf({ origin: 'null' });
    expect(isOriginAllowed(given, decide, neverFails)).toBe(true);
    expect(decide).toHaveBeenCalledWith('null', given);
  });

  it('is told of no origin where there is none, or several', () => {
    const decide = vi.fn(() => false);
    expect(isAllowed({}, decide)).toBe(false);
    expect(isAllowed({ origin: ['a', 'b'] }, decide)).toBe(false);
    expect(decide.mock.calls.map(([origin]: unknown[]) => origin)).toEqual([undefined, undefined]);
  });

  it('lets nobody in by a promise', () => {
    const decide = (async () => false) as unknown as () => boolean;
    expect(isAllowed({ origin: 'https://evil.example' }, decide)).toBe(false);
  });
});
