// The address of a client: that of the connection, or the one that trusted proxies report.
import { BlockList, isIP, isIPv6 } from 'node:net';
import type { UpgradeRequest } from './upgrade-request.js';

/** Reads the addresses and networks of proxies. @throws TypeError for what is neither */
export function readProxies(proxies: readonly string[]): BlockList {
  if (!Array.isArray(proxies)) {
    throw new TypeError(
      'trustProxy is no list; write the addresses or networks of your proxies, ["10.0.0.0/8"]',
    );
  }
  const list = new BlockList();
  for (const proxy of proxies as readonly string[]) addNetwork(list, proxy);
  return list;
}

/** The address of the client that is behind `proxies`. What others say in `X-Forwarded-For` is not believed. */
export function addressOf(
  { headers, remoteAddress }: UpgradeRequest,
  proxies: BlockList,
): string | undefined {
  const forwarded = headers['x-forwarded-for'];
  // nobody else is named
  if (typeof forwarded !== 'string') return remoteAddress;
  let named = forwarded;
  let address = remoteAddress;
  // each proxy adds, at the end, whom it was asked by: the last that no trusted one has added is anybody's word
  while (address !== undefined && isIn(proxies, address)) {
    const comma = named.lastIndexOf(',');
    const before = withoutPort(named.slice(comma + 1).trim());
    if (isIP(before) === 0) break;
    named = named.slice(0, Math.max(0, comma));
    address = before;
  }
  return address;
}

const internal = readProxies([
  ...['127.0.0.0/8', '10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', '169.254.0.0/16', '100.64.0.0/10'],
  ...['::1', 'fc00::/7', 'fe80::/10'],
]);

/** Recent results of `countedAs`: a connection asks three times, and each took 2 % of the cost of making a connection. */
const counted = new Map<string, string | undefined>();
const maxCounted = 1_000;

/**
 * By what the connections of an address are counted. Whoever has IPv6 has a whole /64. An address of an internal network is
 * not counted: it is a proxy's, and everybody's who is behind it.
 */
export function countedAs(address: string | undefined): string | undefined {
  if (address === undefined) return undefined;
  if (counted.has(address)) return counted.get(address);
  if (counted.size >= maxCounted) counted.clear();
  const key = isIn(internal, address) ? undefined : keyOf(withoutMapping(address));
  counted.set(address, key);
  return key;
}

function keyOf(address: string): string {
  return isIPv6(address) ? network64(address) : address;
}

function addNetwork(list: BlockList, network: string): void {
  const [address = '', bits, more] = String(network).split('/');
  const family = isIP(address) === 6 ? 'ipv6' : 'ipv4';
  try {
    if (more !== undefined || bits === '') throw new TypeError('there is no such network');
    if (bits === undefined) list.addAddress(address, family);
    else list.addSubnet(address, Number(bits), family);
  } catch (cause) {
    const text = `trustProxy: "${network}" is no address and no network; write "10.0.0.7" or "10.0.0.0/8"`;
    throw new TypeError(text, { cause });
  }
}

function isIn(list: BlockList, address: string): boolean {
  const plain = withoutMapping(address);
  return isIP(plain) !== 0 && list.check(plain, isIPv6(plain) ? 'ipv6' : 'ipv4');
}

/** A socket that listens on IPv6 says `::ffff:192.0.2.1` of a client that has IPv4. */
function withoutMapping(address: string): string {
  const last = address.slice(address.lastIndexOf(':') + 1);
  return address.toLowerCase().startsWith('::ffff:') && isIP(last) === 4 ? last : address;
}

/** Some proxies name the port as well: `192.0.2.1:4711`, `[2001:db8::1]:4711`. */
function withoutPort(name: string): string {
  if (name.startsWith('[')) return name.slice(1, name.indexOf(']'));
  const colon = name.indexOf(':');
  return colon >= 0 && colon === name.lastIndexOf(':') ? name.slice(0, colon) : name;
}

/** The first 64 bits of an IPv6 address. */
function network64(address: string): string {
  const [head = '', tail] = address.split('::');
  const groups = head === '' ? [] : head.split(':');
  if (tail !== undefined) {
    const after = tail === '' ? [] : tail.split(':');
    groups.push(...Array.from({ length: 8 - groups.length - after.length }, () => '0'), ...after);
  }
  return `${groups
    .slice(0, 4)
    .map((group) => Number.parseInt(group, 16).toString(16))
    .join(':')}::/64`;
}
