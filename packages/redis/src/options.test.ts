import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { defaultOptions, resolveOptions, type RedisBrokerOptions } from './options.js';

describe('resolveOptions', () => {
  it('fills in the defaults', () => {
    const { connection, cluster, sentinel, prefix, publishTimeoutMs, queue, heartbeat } = resolveOptions({});
    expect({ prefix, publishTimeoutMs, queue, heartbeat }).toEqual(defaultOptions);
    expect({ connection, cluster, sentinel }).toEqual({
      connection: { name: 'wirepact' },
      cluster: undefined,
      sentinel: undefined,
    });
  });

  it('takes from the URL what it says, and from the connection what it says beside', () => {
    const url = 'rediss://us%40er:p%3Ass@[::1]:7000/3';
    expect(resolveOptions({ url, connection: { username: 'other', tls: { ca: 'x' } } }).connection).toEqual({
      name: 'wirepact',
      host: '::1',
      port: 7_000,
      tls: { ca: 'x' },
      username: 'other',
      password: 'p:ss',
      database: 3,
    });
    expect(resolveOptions({ url: 'redis://host', prefix: 'app' }).connection).toEqual({
      name: 'app',
      host: 'host',
      port: 6_379,
    });
  });

  const wrong: [string, RedisBrokerOptions, RegExp][] = [
    ['no URL', { url: 'localhost' }, /url .*redis:\/\//],
    ['a URL with a percent sign of its own', { url: 'redis://:100%@localhost' }, /url .*%25/],
    ['a URL of something else', { url: 'http://localhost' }, /begins with http:/],
    ['a database that is no number', { url: 'redis://localhost/app' }, /number of a database/],
    [
      'a cluster and sentinels',
      { cluster: { rootNodes: [] }, sentinel: { name: 'x', rootNodes: [] } },
      /both/,
    ],
    ['a URL beside a cluster', { url: 'redis://x', cluster: { rootNodes: ['redis://x'] } }, /rootNodes/],
    ['no root nodes', { cluster: { rootNodes: [] } }, /cluster.rootNodes is empty/],
    ['a root node that is no URL', { cluster: { rootNodes: ['x'] } }, /cluster.rootNodes\[0\]/],
    [
      'a database in a cluster',
      { cluster: { rootNodes: ['redis://x'] }, connection: { database: 1 } },
      /database 0/,
    ],
    ['sentinels without a name', { sentinel: { name: '', rootNodes: ['redis://x'] } }, /mymaster/],
    ['a prefix with braces', { prefix: '{app}' }, /no braces/],
    ['an empty prefix', { prefix: '' }, /not be empty/],
    ['no time', { publishTimeoutMs: 0 }, /publishTimeoutMs is 0/],
    ['an endless queue', { queue: { maxBytes: Infinity } }, /queue.maxBytes is Infinity/],
    ['a figure that there is not', { queue: { max: 1 } as object }, /no option "queue.max"/],
    ['an option that there is not', { urll: 'redis://x' } as object, /^there is no option "urll"$/],
    ['an option of an object’s own', { constructor: 1 } as object, /no option "constructor"/],
    ['a setting that there is not', { connection: { pasword: 'x' } as object }, /"connection.pasword"/],
    [
      'a cluster’s that there is not',
      { cluster: { rootNodes: ['redis://x'], nodes: 1 } as never },
      /"cluster.nodes"/,
    ],
    [
      'a root node’s that there is not',
      { cluster: { rootNodes: [{ host: 'x', prot: 1 } as never] } },
      /"cluster.rootNodes\[0\].prot"/,
    ],
    [
      'a sentinel’s that there is not',
      { sentinel: { name: 'x', rootNodes: ['redis://x'], connection: { user: 'x' } as object } },
      /"sentinel.connection.user"/,
    ],
    ['a URL by itself', 'redis://x' as never, /the options are no object; .*redisBroker\(\{ url: /],
    ['nothing', null as never, /the options are no object/],
    ['a group that is none', { connection: 'redis://x' as never }, /the option "connection" is no object/],
    ['a group that is a list', { queue: [1] as never }, /the option "queue" is no object/],
    ['a short key', { hmacKey: 'short' }, /hmacKey has 5 bytes/],
  ];
  it.each(wrong)('refuses %s', (_, options, text) => {
    expect(() => resolveOptions(options)).toThrow(TypeError);
    expect(() => resolveOptions(options)).toThrow(text);
  });

  it('takes options that are absent, and what belongs to TLS as it is', () => {
    const given: object = { url: undefined, cluster: undefined, hmacKey: undefined };
    const tls = { ca: 'x', ALPNProtocols: ['redis'], whateverNodeTakesNext: 1 };
    expect(resolveOptions({ ...given, connection: { tls } }).connection.tls).toBe(tls);
  });

  it('keeps a password to itself', () => {
    expect(() => resolveOptions({ url: 'redis//:secret@host' })).toThrow(/^(?!.*secret)/);
  });
});

it('the README says every default as it is', () => {
  const page = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
  const said = Object.fromEntries(
    [...page.matchAll(/^\| `([\w.]+)` +\| (\d+|`'\w+'`) +\|/gm)].map(([, name, value = '']) => [
      name,
      value.startsWith('`') ? value.slice(2, -2) : Number(value),
    ]),
  );
  const held = Object.fromEntries(
    Object.entries(defaultOptions).flatMap(([name, value]): [string, unknown][] =>
      typeof value === 'object'
        ? Object.entries(value).map(([inner, figure]) => [`${name}.${inner}`, figure])
        : [[name, value]],
    ),
  );
  expect(said).toEqual(held);
});
