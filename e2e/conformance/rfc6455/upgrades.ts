// Forty ways to ask for a WebSocket over HTTP, and what each must get (RFC 6455 sections 4.1 and 4.2).
import { ping, split } from './frame.js';
import { handshakeKey } from './raw-client.js';

export interface Upgrade {
  readonly title: string;
  readonly pieces: readonly Buffer[];
  /** The statuses that are right. */
  readonly statuses: readonly number[];
  /** What must come on the WebSocket then: an answer to a ping, or a close. */
  readonly then?: 'pong' | number;
}

type Header = readonly [name: string, value: string];

interface Request {
  readonly line?: string;
  readonly headers?: readonly Header[];
  readonly after?: Buffer;
}

const usual: readonly Header[] = [
  ['Host', 'server.example'],
  ['Upgrade', 'websocket'],
  ['Connection', 'Upgrade'],
  ['Sec-WebSocket-Key', handshakeKey],
  ['Sec-WebSocket-Version', '13'],
];

const bytesOf = ({ line = 'GET /ws HTTP/1.1', headers = usual, after = Buffer.alloc(0) }: Request): Buffer =>
  Buffer.concat([
    Buffer.from([line, ...headers.map((header) => header.join(': ')), '', ''].join('\r\n')),
    after,
  ]);

const without = (name: string): Header[] => usual.filter(([one]) => one !== name);
const having = (...changed: readonly Header[]): Header[] => [
  ...usual.filter(([one]) => !changed.some(([name]) => name === one)),
  ...changed,
];
const adding = (...added: readonly Header[]): Header[] => [...usual, ...added];

const accepted = (title: string, request: Request, then?: Upgrade['then']): Upgrade => ({
  ...{ title, pieces: [bytesOf(request)], statuses: [101] },
  ...(then !== undefined && { then }),
});

const refused = (title: string, statuses: readonly number[], request: Request): Upgrade => ({
  ...{ title, pieces: [bytesOf(request)], statuses },
});

const badKey = (title: string, key: string): Upgrade =>
  refused(title, [400], { headers: having(['Sec-WebSocket-Key', key]) });
const badVersion = (title: string, version: string): Upgrade =>
  refused(title, [400, 426], { headers: having(['Sec-WebSocket-Version', version]) });

export const upgrades: readonly Upgrade[] = [
  accepted('as the RFC writes it', {}),
  accepted('names of headers in lower case', {
    headers: usual.map(([name, value]) => [name.toLowerCase(), value]),
  }),
  accepted('names of headers in upper case', {
    headers: usual.map(([name, value]) => [name.toUpperCase(), value]),
  }),
  accepted('Upgrade in mixed case', { headers: having(['Upgrade', 'WebSocket']) }),
  accepted('Connection in lower case', { headers: having(['Connection', 'upgrade']) }),
  accepted('Connection with keep-alive beside it', {
    headers: having(['Connection', 'keep-alive, Upgrade']),
  }),
  accepted('Connection twice', { headers: adding(['Connection', 'keep-alive']) }),
  accepted('spaces and tabs around a value', { headers: having(['Sec-WebSocket-Version', ' \t13 \t']) }),
  accepted('a query', { line: 'GET /ws?a=b HTTP/1.1' }),
  accepted('an absolute URL', { line: 'GET http://server.example/ws HTTP/1.1' }),
  accepted('headers that nobody knows', { headers: adding(['X-Anything', 'at all'], ['DNT', '1']) }),
  accepted('an extension that nobody knows', {
    headers: adding(['Sec-WebSocket-Extensions', 'x-foo; bar=1']),
  }),
  accepted('a subprotocol that nobody knows', {
    headers: adding(['Sec-WebSocket-Protocol', 'x-chat, soap']),
  }),
  accepted('a page of the same origin', { headers: adding(['Origin', 'http://server.example']) }),
  { title: 'byte by byte', pieces: split(bytesOf({ after: ping() }), 1), statuses: [101], then: 'pong' },
  accepted('a frame right behind it', { after: ping() }, 'pong'),
  {
    title: 'half a frame right behind it',
    pieces: [bytesOf({ after: ping('whole').subarray(0, 5) }), ping('whole').subarray(5)],
    ...{ statuses: [101], then: 'pong' },
  },
  accepted('bytes right behind it that are no frame', { after: Buffer.from('GET / HTTP/1.1\r\n\r\n') }, 1002),
  refused('POST', [400, 404, 405], { line: 'POST /ws HTTP/1.1', headers: adding(['Content-Length', '0']) }),
  refused('a method that nobody knows', [400, 405, 501], { line: 'FETCH /ws HTTP/1.1' }),
  refused('get in lower case', [400, 405, 501], { line: 'get /ws HTTP/1.1' }),
  refused('HTTP/1.0', [400, 426, 505], { line: 'GET /ws HTTP/1.0' }),
  refused('HTTP/3.0', [400, 505], { line: 'GET /ws HTTP/3.0' }),
  refused('no version of HTTP', [400, 505], { line: 'GET /ws' }),
  refused('another path', [404], { line: 'GET /elsewhere HTTP/1.1' }),
  refused('no Host', [400], { headers: without('Host') }),
  refused('no Upgrade', [400, 426], { headers: without('Upgrade') }),
  refused('an upgrade to something else', [400, 426], { headers: having(['Upgrade', 'h2c']) }),
  refused('no Connection', [400, 426], { headers: without('Connection') }),
  refused('no key', [400], { headers: without('Sec-WebSocket-Key') }),
  badKey('a key that is too short', 'c2hvcnQ='),
  badKey('a key that is no base64', '????????????????????????'),
  refused('two keys', [400], { headers: adding(['Sec-WebSocket-Key', handshakeKey]) }),
  refused('no version', [400, 426], { headers: without('Sec-WebSocket-Version') }),
  badVersion('version 0', '0'),
  badVersion('version 14', '14'),
  refused('two versions', [400, 426], { headers: adding(['Sec-WebSocket-Version', '13']) }),
  refused('a subprotocol offered twice', [400], {
    headers: adding(['Sec-WebSocket-Protocol', 'chat, chat']),
  }),
  refused('a page of another origin', [403], { headers: adding(['Origin', 'https://evil.example']) }),
  refused('16 KiB of headers', [431], { headers: adding(['X-Large', 'x'.repeat(16_384)]) }),
];
