// All logs of a server and the newest values beside them, and how much they may hold together.
import { Log, type LogSource } from './log.js';
import type { ResolvedOptions } from '../resolve-options.js';
import { createSecret } from '../secrets.js';

/** Beyond the bound this much of it is freed at once, so that not every message pays for looking around. */
const spare = 0.1;

/** Characters of an epoch: 48 random bits. */
const epochLength = 8;

/** Names a log that is made from nothing. */
export function createEpoch(): string {
  return createSecret().slice(0, epochLength);
}

/** What counts towards the bound that all have together. */
export interface Holding {
  /** Counted by {@link Logs}. */
  bytes: number;
  /** When it last took something. */
  readonly usedAt: number;
  /** How old what it holds may be, in ms, where that is not for `logs.maxAgeMs` to say. */
  readonly maxAgeMs?: number;
  /** Is emptied only when the others are: nobody would be told what is missing. */
  readonly goesLast?: true;
  /** Gives up what is older than `time` and, from the oldest on, what is more than `bytes`. */
  trim(time: number, bytes: number): void;
  /** Gives up everything. */
  clear(): void;
}

/** The logs of one server that hold anything. */
export class Logs {
  readonly #options: ResolvedOptions;
  readonly #holding = new Set<Holding>();
  bytes = 0;

  constructor(options: ResolvedOptions) {
    this.#options = options;
  }

  /** Makes a log; the epoch is given where it is known to be new. */
  create(name: string, epoch: string = createEpoch(), source?: LogSource): Log {
    return new Log(this, name, epoch, source);
  }

  /** How many bytes one log may hold. */
  get maxBytes(): number {
    return this.#options.logs.maxBytes;
  }

  now(): number {
    return this.#options.clock.now();
  }

  /** Whether so much more fits without anything being given up for it. */
  hasRoomFor(bytes: number): boolean {
    return this.bytes + bytes <= this.#options.logs.maxTotalBytes;
  }

  /** It took something. */
  took(holding: Holding, bytes: number): void {
    if (holding.bytes === 0) this.#holding.add(holding);
    holding.bytes += bytes;
    this.bytes += bytes;
    this.trim(holding, holding.usedAt);
    const { maxTotalBytes } = this.#options.logs;
    if (this.bytes > maxTotalBytes) this.#free(maxTotalBytes * (1 - spare));
  }

  /** It gave something up. */
  gave(holding: Holding, bytes: number): void {
    holding.bytes -= bytes;
    this.bytes -= bytes;
    if (holding.bytes === 0) this.#holding.delete(holding);
  }

  /** Lets it hold no more than one may. */
  trim(holding: Holding, now: number = this.now()): void {
    const { maxBytes, maxAgeMs } = this.#options.logs;
    holding.trim(now - (holding.maxAgeMs ?? maxAgeMs), maxBytes);
  }

  /** Gives up what is too old. */
  sweep(): void {
    const now = this.now();
    for (const holding of this.#holding) this.trim(holding, now);
  }

  /** Empties what was used least recently, until all hold no more than `bytes`. */
  #free(bytes: number): void {
    const inOrder = [...this.#holding].sort(
      (one, other) =>
        Number(one.goesLast === true) - Number(other.goesLast === true) || one.usedAt - other.usedAt,
    );
    for (const holding of inOrder) {
      if (this.bytes <= bytes) return;
      holding.clear();
    }
  }
}
