import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { addressOf, countedAs, readProxies } from './client-address.js';
import { request } from '../test-server.fixture.js';

const from = (remoteAddress: string | undefined, forwarded?: string) => ({
  ...request,
  remoteAddress,
  headers: { ...request.headers, ...(forwarded !== undefined && { 'x-forwarded-for': forwarded }) },
});

describe('the address of a client', () => {
  const proxies = readProxies(['10.0.0.0/8', '192.0.2.7', '2001:db8:1::/48']);
  it.each([
    ['203.0.113.5', undefined, '203.0.113.5'],
    ['203.0.113.5', '198.51.100.1', '203.0.113.5'],
    ['10.1.2.3', '198.51.100.1', '198.51.100.1'],
    ['::ffff:10.1.2.3', '198.51.100.1', '198.51.100.1'],
    ['192.0.2.7', '198.51.100.1', '198.51.100.1'],
    ['192.0.2.8', '198.51.100.1', '192.0.2.8'],
    ['2001:db8:1::9', '198.51.100.1', '198.51.100.1'],
    ['10.1.2.3', '6.6.6.6, 198.51.100.1', '198.51.100.1'],
    ['10.1.2.3', '6.6.6.6, 198.51.100.1, 10.9.9.9', '198.51.100.1'],
    ['10.1.2.3', '10.4.4.4,10.5.5.5', '10.4.4.4'],
    ['10.1.2.3', undefined, '10.1.2.3'],
    ['10.1.2.3', 'unknown', '10.1.2.3'],
    ['10.1.2.3', '198.51.100.1, _hidden', '10.1.2.3'],
    ['10.1.2.3', '', '10.1.2.3'],
    ['10.1.2.3', '198.51.100.1:4711', '198.51.100.1'],
    ['10.1.2.3', '[2001:db8::5]:4711', '2001:db8::5'],
    ['10.1.2.3', '2001:db8::5', '2001:db8::5'],
    [undefined, '198.51.100.1', undefined],
  ])('at %s that says %j is %s', (remote, forwarded, address) => {
    expect(addressOf(from(remote, forwarded), proxies)).toBe(address);
  });

  it('is the other end of the line when no proxy is trusted, whatever is said', () => {
    fc.assert(
      fc.property(fc.string(), fc.ipV4(), (said, remote) => {
        expect(addressOf(from(remote, said), readProxies([]))).toBe(remote);
      }),
    );
  });

  it('is found without throwing, whatever a proxy says', () => {
    const said = fc.array(fc.oneof(fc.string(), fc.ipV4(), fc.ipV6())).map((parts) => parts.join(','));
    fc.assert(fc.property(said, (text) => void countedAs(addressOf(from('10.0.0.1', text), proxies))));
  });
});

describe('what an address is counted as', () => {
  it.each([
    ['203.0.113.5', '203.0.113.5'],
    ['::ffff:203.0.113.5', '203.0.113.5'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
    ['2001:0DB8:1:2::6', '2001:db8:1:2::/64'],
    ['2001:db8::6', '2001:db8:0:0::/64'],
    ['2001:db8::', '2001:db8:0:0::/64'],
    ['127.0.0.1', undefined],
    ['::1', undefined],
    ['::ffff:10.0.0.1', undefined],
    ['172.31.0.1', undefined],
    ['172.32.0.1', '172.32.0.1'],
    ['fd00::1', undefined],
    [undefined, undefined],
  ])('%s is %s', (address, counted) => {
    expect(countedAs(address)).toBe(counted);
  });
});

it.each(['', 'localhost', '10.0.0.0/33', '10.0.0.0/', '10.0.0.0/8/8', '10.0.0.0/x', '10.0.0'])(
  'what is no address and no network is refused: %j',
  (network) => {
    expect(() => readProxies([network])).toThrow(TypeError);
  },
);

it.each([true, 1, '10.0.0.0/8'])('what is no list is refused: %j', (given) => {
  expect(() => readProxies(given as never)).toThrow('trustProxy is no list');
});
