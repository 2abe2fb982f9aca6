// The processes that form one server: this one reports that it is alive, and asks about the others.
import type { ClusterCounts } from '@wirepact/server';
import type { Engine } from './engine.js';
import type { Keys } from './keys.js';
import { isErrorReply } from './redis-line.js';
import {
  beatCommand,
  countsCommand,
  isAliveCommand,
  partCommand,
  readCounts,
  type UserChange,
} from './scripts/processes.js';
import type { SharedTexts } from './shared-text.js';

/** What the processes need of the broker. */
export interface ProcessesHost {
  readonly keys: Keys;
  readonly texts: SharedTexts;
  readonly processId: string;
  readonly engine: () => Engine;
}

/** How often Redis is told all users, instead of only those that came and went. */
const allEveryMs = 60_000;

/** How many beats may be under way at once. What changes meanwhile is told with the next one. */
const maxBeats = 16;

/** The processes that are one server together. */
export class Processes {
  readonly #host: ProcessesHost;
  /** The users that Redis was told of last; `undefined` when that is not certain. */
  #told: ReadonlySet<string> | undefined;
  /** When Redis was last told all of them, in ms since the epoch. */
  #allToldAt = 0;
  #underWay = 0;
  /** Why beats came to nothing since one was accepted last, as that was told. */
  readonly #toldFailures = new Set<string>();

  constructor(host: ProcessesHost) {
    this.#host = host;
  }

  /** Redis says how many heard it. */
  async tell(processId: string, text: string): Promise<boolean | undefined> {
    const { keys, texts, engine } = this.#host;
    const channel = keys.processChannel(processId);
    const words = ['SPUBLISH', channel, texts.told(channel, text)];
    const heardBy = await engine().attempt({ key: channel, words });
    return heardBy === undefined ? undefined : Number(heardBy) > 0;
  }

  /** Says that this process lives. Never rejects: what goes wrong is told once for each reason, until it goes well. */
  async beat(clients: number, userIds: Iterable<string>): Promise<void> {
    if (this.#underWay >= maxBeats) return;
    const users = new Set(userIds);
    this.#underWay += 1;
    const isDue = this.#host.engine().options.clock.now() - this.#allToldAt >= allEveryMs;
    const change = isDue ? undefined : changeOf(this.#told, users);
    this.#told = users;
    try {
      const isKnown = change !== undefined && (await this.#say(clients, change)) !== 0;
      if (!isKnown) await this.#sayAll(clients, users);
      this.#toldFailures.clear();
    } catch (error) {
      this.#told = undefined;
      this.#failed(error);
    } finally {
      this.#underWay -= 1;
    }
  }

  counts(): Promise<ClusterCounts> {
    const { keys, engine } = this.#host;
    return engine().asks.ask(
      'the clients of all processes could not be counted',
      countsCommand(keys),
      readCounts,
    );
  }

  isAlive(processId: string): Promise<boolean> {
    const { keys, engine } = this.#host;
    const command = isAliveCommand(keys, processId);
    return engine().asks.ask(`process ${processId} could not be looked up`, command, (reply) => reply === 1);
  }

  /** This process takes its leave, if it can. */
  part(): Promise<unknown> {
    const { keys, processId, engine } = this.#host;
    return engine().asks.ask(
      'this process could not sign off',
      partCommand(keys, processId),
      () => undefined,
    );
  }

  #failed(error: unknown): void {
    const { cause } = Object(error) as { readonly cause?: unknown };
    // however Redis is away, it is so for one reason
    const reason = isErrorReply(cause) ? cause.message : 'no answer';
    if (this.#toldFailures.has(reason)) return;
    this.#toldFailures.add(reason);
    this.#host.engine().failed(error);
  }

  #sayAll(clients: number, users: ReadonlySet<string>): Promise<unknown> {
    this.#allToldAt = this.#host.engine().options.clock.now();
    return this.#say(clients, { before: undefined, added: [...users], gone: [] });
  }

  #say(clients: number, change: UserChange): Promise<unknown> {
    const { keys, processId, engine } = this.#host;
    const command = beatCommand(keys, processId, clients, change);
    return engine().asks.insist('the heartbeat of this process was not accepted', command, (reply) => reply);
  }
}

/** `undefined` where it is not certain what Redis was told before. */
function changeOf(
  before: ReadonlySet<string> | undefined,
  users: ReadonlySet<string>,
): UserChange | undefined {
  if (before === undefined) return undefined;
  const added = [...users].filter((id) => !before.has(id));
  const gone = [...before].filter((id) => !users.has(id));
  return { before: before.size, added, gone };
}
