// Commands that nobody waits for long: sent once, and once more if Redis refused them for a reason that can be repaired. A
// command that cannot be sent now, or for which too much is waiting already, is dropped.
import type { Clock } from '@wirepact/core/internal';
import { mend } from './mend.js';
import { Pauses } from './pauses.js';
import type { RedisNode } from './redis-node.js';
import type { Command } from './redis-script.js';
import { explain, refusalOf } from './refusal.js';
import type { Topology } from './topology.js';
import { bytesOf, type WaitingBytes } from './waiting-bytes.js';

/** What attempts need of the broker. */
export interface AttemptsHost {
  readonly clock: Clock;
  readonly topology: Topology;
  readonly waiting: WaitingBytes;
  failed(error: unknown): void;
}

/** What is said once. */
export class Attempts {
  readonly #host: AttemptsHost;
  /** Before what is said once more. */
  readonly #pauses: Pauses;

  constructor(host: AttemptsHost) {
    this.#host = host;
    this.#pauses = new Pauses(host.clock);
  }

  /** Resolves with the answer, `undefined` when there is none. While much waits it is not made at all. */
  async make(command: Command): Promise<unknown> {
    const { topology, waiting } = this.#host;
    const node = topology.nodeOf(command.key);
    const bytes = bytesOf(command);
    if (node?.isOpen !== true || !waiting.take(bytes)) return undefined;
    try {
      return await node.send(command.words);
    } catch (error) {
      return await this.#makeAgain(command, node, error);
    } finally {
      waiting.give(bytes);
    }
  }

  /** What waits to be said once more goes on, in vain where no server is open any more. */
  close(): void {
    this.#pauses.end();
  }

  async #makeAgain({ key, words }: Command, refusing: RedisNode, error: unknown): Promise<unknown> {
    const { topology } = this.#host;
    const refusal = refusalOf(error);
    if (refusal.kind === 'lost') return undefined;
    const askedOf = refusal.kind === 'ask' ? topology.asked(refusal, refusing) : undefined;
    const pauseMs = mend(error, refusing, topology);
    // without a pause where nothing has to pass first: what is said next must not overtake
    if (refusal.kind === 'busy' || refusal.kind === 'cut-off') await this.#pauses.pass(pauseMs ?? 0);
    const node = askedOf ?? topology.nodeOf(key);
    if (pauseMs === undefined || node?.isOpen !== true) return this.#dropped(error);
    try {
      return await node.send(words, askedOf !== undefined);
    } catch (lastError) {
      return this.#dropped(lastError);
    }
  }

  #dropped(error: unknown): undefined {
    if (refusalOf(error).kind !== 'lost') {
      this.#host.failed(
        new Error(`a command was dropped, because Redis refused it: ${explain(error)}`, { cause: error }),
      );
    }
    return undefined;
  }
}
