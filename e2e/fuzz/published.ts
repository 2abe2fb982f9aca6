// The shapes of published weaknesses of WebSocket libraries and of what is built on them, as somebody would try them here. Each
// says what it was there; what must become of it here is a status, a close code, or an answer.
import { deflateRawSync } from 'node:zlib';
import {
  close,
  encodeFrame,
  fragments,
  opcodes,
  ping,
  pong,
  split,
  text,
} from '../conformance/rfc6455/frame.js';
import { handshakeKey } from '../conformance/rfc6455/raw-client.js';

interface Shape {
  /** By which it is known. */
  readonly id: string;
  /** What was wrong there. */
  readonly was: string;
}

/** A request over TCP. */
export interface HandshakeShape extends Shape {
  readonly request: Buffer;
  readonly statuses: readonly number[];
}

/** Bytes on a connection that is open. */
export interface FrameShape extends Shape {
  readonly chunks: readonly Buffer[];
  /** How the server closes; without it the connection goes on. */
  readonly code?: number;
  readonly isCompressed?: true;
}

/** Messages on a connection that is open: each is answered, as a message or as a bad one, and it goes on. */
export interface MessageShape extends Shape {
  readonly messages: readonly string[];
}

const request = (...headers: readonly string[]): Buffer =>
  Buffer.from(
    [
      ...['GET /ws HTTP/1.1', 'Host: app.example', 'Upgrade: websocket', 'Connection: Upgrade'],
      ...[`Sec-WebSocket-Key: ${handshakeKey}`, 'Sec-WebSocket-Version: 13', ...headers, '', ''],
    ].join('\r\n'),
  );

export const handshakeShapes: readonly HandshakeShape[] = [
  {
    id: 'CVE-2024-37890',
    was: 'ws: more headers than the server counts, of which Upgrade is one that is dropped',
    request: Buffer.from(
      `GET /ws HTTP/1.1\r\nHost: x\r\n${'a: b\r\n'.repeat(1_200)}Upgrade: websocket\r\nConnection: Upgrade\r\n\r\n`,
    ),
    statuses: [400, 431],
  },
  {
    id: 'CVE-2021-32640',
    was: 'ws: spaces in Sec-WebSocket-Protocol, over which a pattern went back and forth',
    request: request(`Sec-WebSocket-Protocol: b${' '.repeat(7_000)}x`),
    statuses: [400],
  },
  {
    id: 'CVE-2020-7662',
    was: 'websocket-extensions: an unclosed string in the header, over which a pattern went back and forth',
    request: request(`Sec-WebSocket-Extensions: a; b="${'\\c'.repeat(3_000)}`),
    statuses: [101, 400],
  },
  {
    id: 'GHSA-5v72-xg48-5rpm',
    was: 'ws: an extension named after a property that every object has',
    request: request('Sec-WebSocket-Extensions: constructor; __proto__=1, toString, hasOwnProperty'),
    statuses: [101],
  },
  {
    id: 'CVE-2023-43669',
    was: 'tungstenite: one header that is megabytes long, parsed again with each piece of it',
    request: request(`X-Long: ${'x'.repeat(2_000_000)}`),
    statuses: [431],
  },
  {
    id: 'CVE-2022-21676',
    was: 'engine.io: an upgrade that was nothing an upgrade should be, and nobody caught what it threw',
    request: Buffer.from(
      'GET /ws?EIO=4&transport=websocket&sid=x HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n',
    ),
    statuses: [400],
  },
  {
    id: 'CVE-2022-41940',
    was: 'engine.io: an upgrade whose sender is gone before it is answered',
    request: request('X-Then: gone').subarray(0, -2),
    statuses: [],
  },
  {
    id: 'CVE-2019-13611',
    was: 'python-engineio: no look at the origin, so that any page spoke in its visitor’s name',
    request: request('Origin: https://evil.example', 'Cookie: session=1'),
    statuses: [403],
  },
  {
    id: 'CVE-2018-14732',
    was: 'webpack-dev-server: no look at the origin',
    request: request('Origin: http://app.example.evil.example'),
    statuses: [403],
  },
  {
    id: 'CVE-2020-28481',
    was: 'socket.io: every origin by default',
    request: request('Origin: null'),
    statuses: [403],
  },
  {
    id: 'CVE-2026-34403',
    was: 'nginx-ui: origins that look alike: a subdomain, another port',
    request: request('Origin: https://evil.app.example:8443'),
    statuses: [403],
  },
  {
    id: 'CVE-2025-24010',
    was: 'Vite: a name of the attacker’s that points to the server',
    request: Buffer.from(
      request('Origin: http://rebound.example')
        .toString()
        .replace('Host: app.example', 'Host: rebound.example'),
    ),
    statuses: [421],
  },
];

const bomb = (bytes: number): Buffer => deflateRawSync(Buffer.alloc(bytes, 'a'), { level: 9 });
/** The head of a frame that says how much would follow. */
const announced = (high: number, low: number): Buffer => {
  const head = Buffer.from([0x81, 0xff, 0, 0, 0, 0, 0, 0, 0, 0, 1, 2, 3, 4]);
  head.writeUInt32BE(high, 2);
  head.writeUInt32BE(low, 6);
  return head;
};
const begun = encodeFrame({ opcode: opcodes.text, payload: '{', fin: false });
const continued = encodeFrame({ opcode: opcodes.continuation, payload: ' ', fin: false });

export const frameShapes: readonly FrameShape[] = [
  {
    id: 'CVE-2020-27813',
    was: 'gorilla/websocket: lengths that overflowed when they were added',
    chunks: [begun, announced(0x7fffffff, 0xffffffff)],
    code: 1002,
  },
  {
    id: 'CVE-2020-13935',
    was: 'Tomcat: a length with its highest bit set, read for ever',
    chunks: [announced(0x80000000, 0)],
    code: 1009,
  },
  {
    id: 'CVE-2026-54466',
    was: 'websocket-driver: a length beyond what a number can hold exactly',
    chunks: [announced(0x00200000, 1), Buffer.alloc(64, 0x80)],
    code: 1009,
  },
  {
    id: 'CVE-2016-10542',
    was: 'ws: no bound on what a message may announce',
    chunks: [announced(0, 0x7fffffff)],
    code: 1009,
  },
  {
    id: 'CVE-2018-21035',
    was: 'Qt WebSockets: frames and messages of gigabytes',
    chunks: [announced(0, 0xfffffff0)],
    code: 1009,
  },
  {
    id: 'CVE-2014-0193',
    was: 'Netty: a text and then fragments without an end',
    chunks: [begun, ...split(Buffer.concat(Array.from({ length: 3_000 }, () => continued)), 4_096)],
    code: 1008,
  },
  {
    id: 'CVE-2026-48779',
    was: 'ws: fragments of nothing, each of which cost an object',
    chunks: [
      begun,
      Buffer.concat(Array.from({ length: 2_000 }, () => encodeFrame({ opcode: 0, fin: false }))),
    ],
    code: 1008,
  },
  {
    id: 'CVE-2021-3859',
    was: 'Undertow: continuations that were read for what they were not',
    chunks: [...fragments(opcodes.text, [Buffer.from('{"pa'), Buffer.from('th":1}')]), continued],
    code: 1002,
  },
  {
    id: 'CVE-2016-10544',
    was: 'uws: 256 MB that compress to less than the bound',
    chunks: [encodeFrame({ opcode: opcodes.text, payload: bomb(64 << 20), rsv: 4 })],
    code: 1009,
    isCompressed: true,
  },
  {
    id: 'CVE-2018-1000518',
    was: 'websockets: a message that swells when it is inflated, in fragments',
    chunks: split(bomb(16 << 20), 4_000).map((payload, index, all) =>
      encodeFrame({
        opcode: index === 0 ? 1 : 0,
        payload,
        rsv: index === 0 ? 4 : 0,
        fin: index === all.length - 1,
      }),
    ),
    code: 1009,
    isCompressed: true,
  },
  {
    id: 'CVE-2021-3690',
    was: 'Undertow: a buffer kept for every pong that nobody asked for',
    chunks: Array.from({ length: 500 }, () => pong(Buffer.alloc(125, 'p'))),
  },
  {
    id: 'CVE-2016-10518',
    was: 'ws: a ping that was answered by memory of somebody else’s',
    chunks: [ping(Buffer.alloc(125, 'p')), ping('')],
  },
  {
    id: 'CVE-2024-23672',
    was: 'Tomcat: connections that were closed and stayed',
    chunks: [close(1000), text('{"path":"note"}'), text('{"path":"note"}')],
    code: 1000,
  },
];

export const messageShapes: readonly MessageShape[] = [
  {
    id: 'CVE-2023-32695',
    was: 'socket.io-parser: a name of an event that is an object which cannot be text',
    messages: [
      '{"path":{"toString":"foo"}}',
      '{"path":[{"toString":1}]}',
      '{"path":"echo","id":{"toString":1}}',
      '2[{"toString":"foo"}]',
    ],
  },
  {
    id: 'CVE-2024-38355',
    was: 'socket.io: an event that is called error, which Node ends the process over',
    messages: ['{"path":"error","data":"x"}', '{"path":"error","id":1}', '42["error","x"]'],
  },
  {
    id: 'CVE-2023-30591',
    was: 'NodeBB: names of events that are no strings',
    messages: ['{"path":["a"]}', '{"path":{"a":1}}', '{"path":null}', '{"path":5}'],
  },
  {
    id: 'CVE-2022-2421',
    was: 'socket.io-parser: a placeholder whose number is a property that every array has',
    messages: [
      '{"path":"echo","data":{"_placeholder":true,"num":"splice"},"id":1}',
      '451-["a",{"_placeholder":true,"num":"constructor"}]',
    ],
  },
  {
    id: 'CVE-2020-36049',
    was: 'socket.io-parser: a packet of which every letter was copied again',
    messages: [`{"path":"echo","data":"${'a'.repeat(200_000)}","id":1}`, '9'.repeat(200_000)],
  },
  {
    id: 'CVE-2019-10744',
    was: 'lodash: constructor and prototype as keys of what came from outside',
    messages: [
      '{"path":"echo","data":{"constructor":{"prototype":{"polluted":1}}},"id":1}',
      '{"path":"echo","data":{"__proto__":{"polluted":1}}}',
    ],
  },
  {
    id: 'CVE-2018-1270',
    was: 'spring-messaging: a selector that was run',
    messages: [
      '{"path":"echo","data":{"selector":"T(java.lang.Runtime).getRuntime().exec(1)"},"id":1}',
      'SUBSCRIBE\nselector:x\n\n\0',
    ],
  },
  {
    id: 'CVE-2026-34824',
    was: 'Mesop: a thread for every message',
    messages: Array.from({ length: 900 }, (_, id) => `{"path":"echo","data":1,"id":${id}}`),
  },
];
