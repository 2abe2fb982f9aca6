// The example's server as a process of its own, which a test may end and start again at the same address.
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const entry = fileURLToPath(new URL('../../examples/chat/server/dist/main.js', import.meta.url));

export class ChatServer {
  readonly #waitsForMs: number;
  readonly #env: NodeJS.ProcessEnv;
  #process: ChildProcess | undefined;
  #port = 0;

  constructor(waitsForMs: number, env: NodeJS.ProcessEnv) {
    this.#waitsForMs = waitsForMs;
    this.#env = env;
  }

  /** `waitsForMs`: so long it keeps a place for a window whose line is away. `env`: what else it is told. */
  static async start(waitsForMs: number, env: NodeJS.ProcessEnv = {}): Promise<ChatServer> {
    const server = new ChatServer(waitsForMs, env);
    await server.start();
    return server;
  }

  get port(): number {
    return this.#port;
  }

  get url(): string {
    return `http://localhost:${this.#port}`;
  }

  /** Resolves when it listens: at any free port the first time, at the same one after that. */
  async start(): Promise<void> {
    const child = spawn(process.execPath, [entry], {
      env: {
        ...process.env,
        ...this.#env,
        PORT: String(this.#port),
        WAITS_FOR_MS: String(this.#waitsForMs),
      },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    this.#process = child;
    const ended = once(child, 'exit').then(([code]) => {
      throw new Error(`the example's server ended with ${code} before it listened`);
    });
    const [line] = (await Promise.race([once(child.stdout, 'data'), ended])) as [Buffer];
    this.#port = Number(/localhost:(\d+)/.exec(line.toString())?.[1]);
  }

  /** Ends the process by `signal`. Resolves with its exit code. */
  async end(signal: NodeJS.Signals): Promise<number | null> {
    const child = this.#process;
    if (child === undefined) return 0;
    this.#process = undefined;
    const exited = once(child, 'exit') as Promise<[number | null]>;
    child.kill(signal);
    const [code] = await exited;
    return code;
  }
}
