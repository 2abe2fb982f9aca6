// Reads the URL of a Redis server.
import type { RedisAddress, RedisConnectionOptions } from './options.js';

/** What a URL says of a connection. @throws TypeError when it is none of Redis; the text keeps the password to itself */
export function readUrl(name: string, url: string): RedisConnectionOptions & RedisAddress {
  let parsed: URL;
  try {
    parsed = new URL(url);
  } catch {
    throw new TypeError(`${name} is no URL; it looks like redis://user:password@host:6379`);
  }
  const { protocol, hostname, port, username, password, pathname } = parsed;
  if (protocol !== 'redis:' && protocol !== 'rediss:') {
    throw new TypeError(`${name} begins with ${protocol}//; use redis:// or, for TLS, rediss://`);
  }
  const database = pathname.length > 1 ? Number(pathname.slice(1)) : undefined;
  if (database !== undefined && !(Number.isInteger(database) && database >= 0)) {
    throw new TypeError(`${name} ends with ${pathname}; put the number of a database there, or nothing`);
  }
  return {
    host: hostname.replace(/^\[(.*)\]$/, '$1') || 'localhost',
    port: port === '' ? 6_379 : Number(port),
    ...(protocol === 'rediss:' && { tls: true }),
    ...(username !== '' && { username: decode(name, username) }),
    ...(password !== '' && { password: decode(name, password) }),
    ...(database !== undefined && { database }),
  };
}

function decode(name: string, text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new TypeError(`${name} has a percent sign in its user or password; write it as %25`);
  }
}
