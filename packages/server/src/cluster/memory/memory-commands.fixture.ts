// The commands of one process to the engine in memory: in order, again after the engine was away, and in time or not at all.
import { SocketError, type Clock } from '@wirepact/core';
import type { MemoryLink } from './memory-link.fixture.js';
import type { MemoryStore } from './memory-store.fixture.js';

/** What a process needs to ask. */
export interface CommandOptions {
  readonly clock: Clock;
  /** The line to the engine, and the one from it. */
  readonly up: MemoryLink;
  readonly down: MemoryLink;
  readonly store: MemoryStore;
  readonly isAway: () => boolean;
  readonly timeoutMs: number;
}

/** How one command is dealt with. */
interface Care {
  /** It waits while appends are held. */
  readonly isAppend?: boolean;
  /** @default the engine's */
  readonly timeoutMs?: number;
}

/** A command that is not answered yet. */
interface Command {
  readonly isAppend: boolean;
  readonly run: () => void;
  readonly fail: (error: Error) => void;
  readonly forget: () => void;
  isSent: boolean;
}

export class MemoryCommands {
  readonly #options: CommandOptions;
  readonly #commands = new Set<Command>();
  /** Settle what is said once, when its answer is lost. */
  readonly #attempts = new Set<() => void>();
  #isOver = false;
  /** Why it is over; a process that was killed is told nothing. */
  #reason: Error | undefined;
  /** Appends wait. */
  isHolding = false;

  constructor(options: CommandOptions) {
    this.#options = options;
  }

  ask<TAnswer>(execute: (store: MemoryStore) => TAnswer, care: Care = {}): Promise<TAnswer> {
    const { isAppend = false, timeoutMs = this.#options.timeoutMs } = care;
    return new Promise((resolve, reject) => {
      const { clock, store, down } = this.#options;
      const late = (): void =>
        command.fail(
          new SocketError('not_accepted', `[not_accepted] the engine did not answer in ${timeoutMs} ms`, {
            retryable: true,
          }),
        );
      const stopTimer = timeoutMs === Infinity ? undefined : clock.after(timeoutMs, late);
      const command: Command = {
        isAppend,
        isSent: false,
        run: () => {
          const answer = execute(store);
          down.send(() => {
            command.forget();
            resolve(answer);
          });
        },
        fail: (error) => {
          command.forget();
          reject(error);
        },
        forget: () => {
          stopTimer?.();
          this.#commands.delete(command);
        },
      };
      if (this.#isOver) return this.#reason === undefined ? command.forget() : command.fail(this.#reason);
      this.#commands.add(command);
      this.#transmit(command);
    });
  }

  /** What is dropped when it cannot be said now. */
  say(execute: (store: MemoryStore) => void): void {
    const { isAway, store, up } = this.#options;
    if (!isAway() && !this.#isOver) up.send(() => execute(store));
  }

  /** The same; resolves with what came of it, `undefined` when it was dropped or that is not known. */
  attempt<TAnswer>(execute: (store: MemoryStore) => TAnswer): Promise<TAnswer | undefined> {
    const { isAway, store, up, down } = this.#options;
    if (isAway() || this.#isOver) return Promise.resolve(undefined);
    return new Promise((resolve) => {
      const giveUp = (): void => resolve(undefined);
      this.#attempts.add(giveUp);
      up.send(() => {
        const answer = execute(store);
        down.send(() => {
          this.#attempts.delete(giveUp);
          resolve(answer);
        });
      });
    });
  }

  /** Sends what waits and may go. */
  flush(): void {
    for (const command of this.#commands) this.#transmit(command);
  }

  /** The connection is lost, with every answer that was on its way. */
  lose(): void {
    this.#options.up.cut();
    this.#options.down.cut();
    for (const command of this.#commands) command.isSent = false;
    for (const giveUp of this.#attempts) giveUp();
    this.#attempts.clear();
  }

  /** Nothing is asked any more; without a reason, nobody is told. */
  end(reason: Error | undefined): void {
    this.#isOver = true;
    this.#reason = reason;
    this.lose();
    for (const { fail, forget } of [...this.#commands]) {
      if (reason === undefined) forget();
      else fail(reason);
    }
  }

  #transmit(command: Command): void {
    if (command.isSent || this.#options.isAway() || (command.isAppend && this.isHolding)) return;
    command.isSent = true;
    this.#options.up.send(command.run);
  }
}
