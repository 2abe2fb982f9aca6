// What clients say, as text: each thing that the protocol knows with each thing that may be beside it, right or wrong, and
// the shapes that other parsers have stumbled over.
import { keptMessages } from './kept-messages.js';

const deep = (levels: number, open: string, close: string, inner = ''): string =>
  open.repeat(levels) + inner + close.repeat(levels);

/** As JSON, so that what no JavaScript value is can stand here too. */
const paths = [
  ...['"echo"', '"note"', '"chat"', '"hang"', '"tail"', '"cursor"', '"price"', '"leave"', '"nope"'],
  ...['"$hello"', '"$join"', '"$leave"', '"$cancel"', '"$more"', '"$ack"', '"$auth"', '"$ping"', '"$pong"'],
  ...['"$welcome"', '"$error"', '"$stream"', '"$gap"', '"$"', '""', '"__proto__"', '"constructor"'],
  ...['"toString"', '"hasOwnProperty"', '"error"', '"disconnect"', '"\\u0000"', '"🙂"', '"\\ud800"'],
  ...[`"${'p'.repeat(256)}"`, `"${'p'.repeat(257)}"`, '1', 'null', '{}', '["echo"]', 'true'],
];
const datas = [
  ...['', 'null', '0', '-0', '1e999', '1e-999', '9007199254740993', '"x"', '""', 'true', '[]', '{}'],
  ...['{"text":"hi"}', '{"text":"fail"}', '{"text":5}', '{"count":3}', '{"count":1e9}', '{"count":-1}'],
  ...[
    '{"room":"lobby"}',
    '{"room":"closed"}',
    '{"room":"*"}',
    '{"room":"$inbox"}',
    '{"room":5}',
    '{"room":""}',
  ],
  ...['{"room":"lobby","from":["e",0]}', '{"room":"*","from":["e",-1]}', '{"room":"$inbox","from":[]}'],
  ...['{"id":1,"n":16}', '{"id":1,"n":-1}', '{"id":1,"n":1e15}', '{"id":"x","n":"y"}', '{"inbox":1}'],
  ...['{"inbox":-1}', '{"inbox":1e300}', '{"__proto__":{"polluted":1}}', '{"constructor":{"prototype":{}}}'],
  ...['{"toString":"x"}', '[{"toString":1,"valueOf":2}]', '{"then":1}', '{"toJSON":1}', '{"length":1e9}'],
];
const ids = ['', '1', '"a"', '0', '-1', '1.5', 'null', '1e300', '{}', '"__proto__"'];

const frame = (path: string, data: string, rest = ''): string =>
  `{"path":${path}${data === '' ? '' : `,"data":${data}`}${rest}}`;

/** JSON that is none, or that is more than it seems. */
const shapes = [
  ...[
    '',
    ' ',
    '\ufeff{"path":"echo"}',
    'null',
    '[]',
    '{}',
    '"',
    '{',
    '}',
    '{"',
    '{"path"',
    '{"path":',
    '[[[[',
  ],
  ...[
    '{"path":"echo"',
    '{"path":"echo"}}',
    '{"path":"echo"}{"path":"echo"}',
    "{'path':'echo'}",
    '{path:"echo"}',
  ],
  ...['{"path":"echo","path":"note"}', '{"path":"echo",}', '{"path":"echo","data":undefined}', 'NaN', '-'],
  ...['{"path":"echo","data":01}', '{"path":"echo","data":+1}', '{"path":"echo","data":.5}', '0x10', '1e'],
  ...[
    '{"path":"ec\nho"}',
    '{"path":"echo","data":"\\x"}',
    '{"path":"echo","data":"\\ud800\\ud800"}',
    '\u0000',
  ],
  // what speaks another protocol would say
  ...['42["error"]', '2["hello"]', '0{"sid":"x"}', '40', '2probe', '451-["a",{"_placeholder":true,"num":0}]'],
  ...[
    '{"type":"connection_init"}',
    '{"op":1,"d":null}',
    '{"jsonrpc":"2.0","method":"echo","id":1}',
    '["echo"]',
  ],
  ...[
    'SUBSCRIBE\nselector:T(java.lang.Runtime)\n\n\u0000',
    'GET / HTTP/1.1\r\n\r\n',
    '<policy-file-request/>\0',
  ],
  deep(100, '[', ']'),
  deep(5_000, '{"a":', '}', '1'),
  frame('"echo"', deep(63, '[', ']')),
  frame('"echo"', deep(65, '[', ']')),
  frame('"echo"', deep(65, '{"a":', '}', '1')),
  frame('"echo"', `[${'0,'.repeat(10_001)}0]`),
  frame('"echo"', `"${'\\u0041'.repeat(1_000)}"`),
  frame('"echo"', `"${'\\'.repeat(2_000)}"`),
  frame('"echo"', `{${Array.from({ length: 500 }, (_, index) => `"k${index}":1`).join(',')}}`),
  frame('"echo"', '1', ',"seq":1'),
  frame('"echo"', '1', ',"seq":9007199254740991'),
  frame('"echo"', '1', ',"seq":-1,"id":1'),
  frame('"price"', '1', ',"id":"s1"'),
  frame('"price"', '', ',"id":"s1","error":{"code":"NO","message":5}'),
  frame('"echo"', '1', ',"id":1,"room":"lobby","at":1,"after":0,"more":true,"end":true,"n":1,"error":{}'),
];

export const messageSeeds: readonly string[] = [
  ...paths.flatMap((path) => datas.map((data) => frame(path, data))),
  ...paths.flatMap((path) => ids.map((id) => frame(path, '{"text":"hi"}', id === '' ? '' : `,"id":${id}`))),
  ...shapes,
  ...keptMessages.map(({ message }) => message),
];
