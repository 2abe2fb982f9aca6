// Says one command to a Redis server over a connection of its own. Knows nothing of the client library, so that tests of what
// stands on that library do not lean on it.
import { connect } from 'node:net';

/** What Redis answers: RESP2, as plain values. */
export type RedisReply = string | number | null | readonly RedisReply[];

/** Sends a command and resolves with the answer. @throws when it is an error, or the server hangs up */
export async function redisCommand(
  port: number,
  ...words: readonly (string | number)[]
): Promise<RedisReply> {
  const socket = connect(port, '127.0.0.1');
  const parts = words.map((word) => `$${Buffer.byteLength(String(word))}\r\n${word}\r\n`);
  socket.write(`*${words.length}\r\n${parts.join('')}`);
  let bytes: Buffer = Buffer.alloc(0);
  try {
    for await (const chunk of socket) {
      bytes = Buffer.concat([bytes, chunk as Buffer]);
      const read = readReply(bytes, 0);
      if (read === undefined) continue;
      if (read.reply instanceof Error) throw read.reply;
      return read.reply;
    }
  } finally {
    socket.destroy();
  }
  throw new Error(`Redis at port ${port} hung up on ${words.join(' ')}`);
}

interface Read {
  readonly reply: RedisReply | Error;
  readonly end: number;
}

/** Reads one reply; `undefined` when not all of it is there yet. */
function readReply(bytes: Buffer, start: number): Read | undefined {
  const lineEnd = bytes.indexOf('\r\n', start);
  if (lineEnd < 0) return undefined;
  const line = bytes.toString('utf8', start + 1, lineEnd);
  const next = lineEnd + 2;
  switch (String.fromCharCode(bytes[start] ?? 0)) {
    case '+':
      return { reply: line, end: next };
    case '-':
      return { reply: new Error(line), end: next };
    case ':':
      return { reply: Number(line), end: next };
    case '$':
      return readBulk(bytes, next, Number(line));
    case '*':
      return readArray(bytes, next, Number(line));
    default:
      return { reply: new Error(`not RESP: ${line}`), end: next };
  }
}

function readBulk(bytes: Buffer, start: number, length: number): Read | undefined {
  if (length < 0) return { reply: null, end: start };
  if (bytes.length < start + length + 2) return undefined;
  return { reply: bytes.toString('utf8', start, start + length), end: start + length + 2 };
}

function readArray(bytes: Buffer, start: number, length: number): Read | undefined {
  if (length < 0) return { reply: null, end: start };
  const reply: RedisReply[] = [];
  let end = start;
  for (let index = 0; index < length; index += 1) {
    const item = readReply(bytes, end);
    if (item === undefined) return undefined;
    if (item.reply instanceof Error) return item;
    reply.push(item.reply);
    end = item.end;
  }
  return { reply, end };
}
