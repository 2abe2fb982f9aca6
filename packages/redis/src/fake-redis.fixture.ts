// A fake Redis that answers what a test wants, such as a sentinel with outdated knowledge, or a server that is cut off from its
// cluster.
import { once } from 'node:events';
import { createServer, type AddressInfo, type Socket } from 'node:net';

/** What it answers to a command: a text as it goes over the line, as those below make it. */
export type Answer = (words: readonly string[]) => string;

export interface FakeRedis extends AsyncDisposable {
  readonly port: number;
}

/** An array, as it goes over the line. */
export function list(...items: readonly (string | number)[]): string {
  return `*${items.length}\r\n${items.map((item) => (typeof item === 'number' ? `:${item}\r\n` : bulk(item))).join('')}`;
}

/** A text, unless it is one as it goes over the line already. */
function bulk(text: string): string {
  return /^[*$:+-]/.test(text) ? text : `$${Buffer.byteLength(text)}\r\n${text}\r\n`;
}

/** What a sentinel says that names this master. */
export function naming(port: () => number): Answer {
  return ([what]) => (what === 'SENTINEL' ? list('127.0.0.1', String(port())) : '+OK\r\n');
}

export async function startFakeRedis(answer: Answer): Promise<FakeRedis> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    let text = '';
    socket.on('error', () => undefined);
    socket.on('data', (bytes) => {
      text += String(bytes);
      for (let read = readCommand(text); read !== undefined; read = readCommand(text)) {
        text = text.slice(read.length);
        socket.write(answer(read.words));
      }
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

/** The first command of a text; `undefined` when not all of it is there. What is said in these tests is ASCII. */
function readCommand(
  text: string,
): { readonly words: readonly string[]; readonly length: number } | undefined {
  const [head = '', count] = /^\*(\d+)\r\n/.exec(text) ?? [];
  if (count === undefined) return undefined;
  const words: string[] = [];
  let length = head.length;
  while (words.length < Number(count)) {
    const [start, size] = /^\$(\d+)\r\n/.exec(text.slice(length)) ?? [];
    if (start === undefined || text.length < length + start.length + Number(size) + 2) return undefined;
    length += start.length;
    words.push(text.slice(length, length + Number(size)));
    length += Number(size) + 2;
  }
  return { words, length };
}
