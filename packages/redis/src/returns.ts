// Tells the server when Redis is reachable for the first time, and when it is back. Messages that wait to be appended are
// released only after the server has found out what Redis has lost.
import type { Clock } from '@wirepact/core/internal';
import type { RedisNode } from './redis-node.js';

export interface ReturnsHost {
  readonly clock: Clock;
  /** What is found out is not waited for longer than this. */
  readonly timeoutMs: number;
  /** Whether all servers are there. */
  isReady(): boolean;
  /** Tells that messages may have been missed, and whether Redis may have lost some. */
  tell(mayHaveLost: boolean): Promise<void>;
  /** What is for this server may go. */
  release(node: RedisNode): void;
  failed(error: unknown): void;
}

/** Tells of every return. */
export class Returns {
  /** Resolves when all servers are there for the first time, or when nobody waits for that any more. */
  readonly begun: Promise<void>;
  readonly #host: ReturnsHost;
  readonly #back = new Set<RedisNode>();
  #begin!: () => void;
  #hasBegun = false;
  #isTelling = false;
  #isMissing = false;
  #mayHaveLost = false;
  #isClosed = false;
  /** Goes on, whether the process is done with what it was told or not. */
  #goOn: () => void = () => undefined;

  constructor(host: ReturnsHost) {
    this.#host = host;
    this.begun = new Promise((resolve) => (this.#begin = resolve));
  }

  /** A server is there, or back with one of its lines or both, and `mayHaveLost` what it had. */
  ready(node: RedisNode, mayHaveLost: boolean): void {
    this.#back.add(node);
    this.#mayHaveLost ||= mayHaveLost;
    this.missed();
  }

  /** Other servers are wanted from now on. Those that are may be there for the first time by that. */
  rerouted(): void {
    if (!this.#hasBegun) this.missed();
  }

  /** Something may have been missed. */
  missed(): void {
    if (this.#isClosed) return;
    this.#isMissing = true;
    if (this.#hasBegun) {
      if (!this.#isTelling) void this.#tell();
    } else if (this.#host.isReady()) {
      this.#hasBegun = true;
      this.#isMissing = false;
      this.#mayHaveLost = false;
      this.#release(this.#takeBack());
      this.#begin();
    }
  }

  close(): void {
    this.#isClosed = true;
    this.#goOn();
    this.#begin();
  }

  async #tell(): Promise<void> {
    this.#isTelling = true;
    while (this.#isMissing && !this.#isClosed) {
      this.#isMissing = false;
      const back = this.#takeBack();
      const mayHaveLost = this.#mayHaveLost;
      this.#mayHaveLost = false;
      try {
        await this.#inTime(this.#host.tell(mayHaveLost));
      } catch (error) {
        this.#host.failed(error);
      }
      this.#release(back);
    }
    this.#isTelling = false;
  }

  #takeBack(): readonly RedisNode[] {
    const back = [...this.#back];
    this.#back.clear();
    return back;
  }

  /** One that went away meanwhile, with whichever of its lines, comes back again. */
  #release(nodes: readonly RedisNode[]): void {
    for (const node of nodes) if (node.isReady && !this.#back.has(node)) this.#host.release(node);
  }

  #inTime(telling: Promise<void>): Promise<void> {
    const { clock, timeoutMs } = this.#host;
    return new Promise((resolve, reject) => {
      const cancel = clock.after(timeoutMs, resolve);
      this.#goOn = () => {
        cancel();
        resolve();
      };
      telling.then(resolve, reject).finally(cancel);
    });
  }
}
