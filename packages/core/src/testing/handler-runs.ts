// Counts how often each message was handled: once, and once more for every server that died while handling it.
import type { MessageKey } from './delivery-checker.js';
import type { Violation } from './violation.js';

interface Runs {
  count: number;
  /** How many servers died while they were handling the message. */
  deaths: number;
  /** The servers that are handling it now. */
  readonly running: (string | undefined)[];
  isAcknowledged: boolean;
}

/** All handler runs that were reported. */
export class HandlerRuns {
  readonly #all = new Map<MessageKey, Runs>();
  readonly #violations: Violation[] = [];

  start(message: MessageKey, server: string | undefined): void {
    const runs = this.#of(message);
    runs.count += 1;
    runs.running.push(server);
    if (runs.isAcknowledged) this.#add('run again', message, 'was handled again after it was acknowledged');
    else if (runs.count > 1 + runs.deaths) {
      const died =
        runs.deaths === 0 ? 'no server died over it' : `servers died over it ${times(runs.deaths)}`;
      this.#add('run again', message, `was handled ${times(runs.count)}, and ${died}`);
    }
  }

  end(message: MessageKey, server: string | undefined): void {
    const { running } = this.#of(message);
    const index = server === undefined ? running.length - 1 : running.lastIndexOf(server);
    if (index >= 0) running.splice(index, 1);
  }

  acknowledge(message: MessageKey): void {
    const runs = this.#of(message);
    runs.isAcknowledged = true;
    if (runs.count === 0) this.#add('never run', message, 'was acknowledged before anything handled it');
  }

  kill(server: string | undefined): void {
    for (const runs of this.#all.values()) {
      const alive = runs.running.filter((where) => where !== server);
      runs.deaths += runs.running.length - alive.length;
      runs.running.splice(0, Infinity, ...alive);
    }
  }

  violations(): readonly Violation[] {
    return this.#violations;
  }

  #of(message: MessageKey): Runs {
    let runs = this.#all.get(message);
    if (runs === undefined) {
      this.#all.set(message, (runs = { count: 0, deaths: 0, running: [], isAcknowledged: false }));
    }
    return runs;
  }

  #add(kind: Violation['kind'], message: MessageKey, what: string): void {
    this.#violations.push({ kind, message, text: `message ${message} ${what}` });
  }
}

const times = (count: number): string => ['never', 'once', 'twice'][count] ?? `${count} times`;
