// All logs of a server, and how much they may hold together.
import { Log, type LogSource } from './log.js';
import type { ResolvedOptions } from './options.js';
import { createSecret } from './secrets.js';

/** Beyond the bound this much of it is freed at once, so that not every message pays for looking around. */
const spare = 0.1;

/** Characters of an epoch: 48 random bits. */
const epochLength = 8;

/** Names a log that is made from nothing. */
export function createEpoch(): string {
  return createSecret().slice(0, epochLength);
}

/** The logs of one server that hold anything. */
export class Logs {
  readonly #options: ResolvedOptions;
  readonly #holding = new Set<Log>();
  bytes = 0;

  constructor(options: ResolvedOptions) {
    this.#options = options;
  }

  /** Makes a log; the epoch is given where it is known to be new. */
  create(name: string, epoch: string = createEpoch(), source?: LogSource): Log {
    return new Log(this, name, epoch, source);
  }

  now(): number {
    return this.#options.clock.now();
  }

  /** A log took an entry. */
  took(log: Log, bytes: number): void {
    if (log.bytes === 0) this.#holding.add(log);
    log.bytes += bytes;
    this.bytes += bytes;
    const { maxBytes, maxAgeMs, maxTotalBytes } = this.#options.logs;
    log.trim(log.usedAt - maxAgeMs, maxBytes);
    if (this.bytes > maxTotalBytes) this.#free(maxTotalBytes * (1 - spare));
  }

  /** A log gave an entry up. */
  gave(log: Log, bytes: number): void {
    log.bytes -= bytes;
    this.bytes -= bytes;
    if (log.bytes === 0) this.#holding.delete(log);
  }

  /** Gives up what is too old. */
  sweep(): void {
    const { maxBytes, maxAgeMs } = this.#options.logs;
    const oldest = this.now() - maxAgeMs;
    for (const log of this.#holding) log.trim(oldest, maxBytes);
  }

  /** Empties the logs that were used least recently, until all hold no more than `bytes`. */
  #free(bytes: number): void {
    const byUse = [...this.#holding].sort((one, other) => one.usedAt - other.usedAt);
    for (const log of byUse) {
      if (this.bytes <= bytes) return;
      log.forget(log.at);
    }
  }
}
