// The server of these tests, in the test's own process: it talks without a pause, writes down what it hears, counts who asks to
// be let in, and breaks lines when it is told to.
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo, Socket as TcpSocket } from 'node:net';
import { SocketManager, type Stats } from '@wirepact/server';
import { channels, type Channels } from './channels.js';

const talkEveryMs = 20;

export class NewsServer {
  /** The numbers of the notes that each page sent, as they came. */
  readonly notes = new Map<string, number[]>();
  readonly #script: string;
  readonly #lines = new Set<TcpSocket>();
  readonly #sockets: SocketManager<Channels>;
  readonly #server: Server;
  #talking: NodeJS.Timeout | undefined;
  #said = 0;
  #calls = 0;

  /** `script` is what its pages run. */
  constructor(script: string) {
    this.#script = script;
    this.#sockets = new SocketManager(channels, {
      rooms: { authorize: () => true },
      routes: {
        note: (_socket, { from, n }) => {
          this.notes.set(from, [...(this.notes.get(from) ?? []), n]);
        },
      },
    });
    this.#server = createServer((request, response) => {
      const isScript = request.url === '/page.js';
      response.setHeader('content-type', isScript ? 'text/javascript' : 'text/html; charset=utf-8');
      const isPage = request.url?.startsWith('/page') === true;
      response.end(isScript ? this.#script : isPage ? pageWith('/page.js') : elsewhere);
    });
    this.#server.on('upgrade', (_request, line: TcpSocket) => {
      this.#calls += 1;
      this.#lines.add(line);
      line.on('close', () => this.#lines.delete(line));
    });
    this.#sockets.attach(this.#server, { path: '/ws' });
  }

  async start(): Promise<void> {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** How often a connection was asked for. */
  get calls(): number {
    return this.#calls;
  }

  /** The number of what was said last. */
  get said(): number {
    return this.#said;
  }

  get stats(): Stats {
    return this.#sockets.stats();
  }

  /** Talks to the room, to everyone, and to each client alone: the same number to all. */
  talk(): void {
    this.#talking ??= setInterval(() => {
      const n = ++this.#said;
      this.#sockets.room('news').send('news', { n });
      this.#sockets.sendToAll('bulletin', { n });
      for (const socket of this.#sockets.clients()) socket.send('letter', { n });
    }, talkEveryMs);
  }

  hush(): void {
    clearInterval(this.#talking);
    this.#talking = undefined;
  }

  /** Resets every connection, as a network does that goes away. */
  breakLines(): void {
    for (const line of this.#lines) line.resetAndDestroy();
  }

  async close(): Promise<void> {
    this.hush();
    await this.#sockets.close();
    this.#server.closeAllConnections();
    this.#server.close();
  }
}

const pageWith = (script: string): string =>
  `<!doctype html><meta charset="utf-8"><link rel="icon" href="data:,"><title>News</title><script type="module" src="${script}"></script>`;
const elsewhere =
  '<!doctype html><meta charset="utf-8"><link rel="icon" href="data:,"><title>Elsewhere</title><p>Nothing is here.</p>';
