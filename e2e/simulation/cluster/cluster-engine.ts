// The engine of the simulation, and what goes wrong with it: it writes down what it takes, for whom, and what it knows to be
// handled, and says what can be held against nobody.
import type { Clock } from '@wirepact/core';
import type { DeliveryChecker } from '@wirepact/core/testing';
import {
  createMemoryEngine,
  type MemoryEngine,
} from '../../../packages/server/src/cluster/memory/memory-engine.fixture.js';
import type { ClusterNode } from './cluster-node.js';
import type { DeliveryLedger } from './delivery-ledger.js';

/** An engine that dies has lost no more than that. */
const lostWithinMs = 9_000;

/** What one node has of the engine. */
export type NodeBroker = ReturnType<MemoryEngine['broker']>;

export interface ClusterEngineOptions {
  readonly clock: Clock;
  readonly seed: number;
  readonly delayMs: number;
  readonly ledger: DeliveryLedger;
  readonly checker: DeliveryChecker;
  /** The clients that must get what is sent to a log now. */
  readonly readersOf: (log: string) => readonly string[];
  readonly nodes: () => readonly ClusterNode[];
  readonly trace: ((text: string) => void) | undefined;
}

export class ClusterEngine {
  readonly #options: ClusterEngineOptions;
  readonly #engine: MemoryEngine;
  /** Which node sent what, and what of it the engine has lost. */
  readonly #sentBy = new Map<number, ClusterNode>();
  readonly #lost = new Set<number>();
  /** How much is in the way between nodes now. */
  #disturbances = 0;
  #isTurnedBack = false;
  #hasLost = false;

  constructor(options: ClusterEngineOptions) {
    const { clock, seed, delayMs } = options;
    this.#options = options;
    this.#engine = createMemoryEngine({ clock, seed, ...(delayMs > 0 && { delayMs: [0, delayMs] }) });
    this.#watchLogs();
    this.#watchSessions();
  }

  broker(): NodeBroker {
    return this.#engine.broker();
  }

  /** A node is about to send a message. */
  sent(n: number, node: ClusterNode): void {
    this.#sentBy.set(n, node);
  }

  /** A handler began. */
  ran(messageId: string, { broker }: ClusterNode): void {
    this.#options.checker.handlerStarted(messageId, broker.id);
    if (this.#disturbances > 0) this.#forgiveRuns();
  }

  /** Goes, forgets the newest entries of a log or, without one, everything, and comes back. */
  fail(ms: number, log?: string, loses = 0): void {
    if (this.#engine.isAway) return;
    this.#disturb(
      ms,
      () => this.#engine.goAway(),
      () => this.#engine.comeBack(),
    );
    if (log !== undefined) return this.#lose(log, loses);
    this.#engine.flush();
    this.#options.ledger.lost();
    for (const n of this.#sentBy.keys()) this.#noteLost(n);
  }

  /** The line on which messages come to a node breaks. */
  deafen({ broker }: ClusterNode, ms: number): void {
    this.#disturb(
      ms,
      () => this.#engine.dropMessages(broker),
      () => this.#engine.restoreMessages(broker),
    );
  }

  /** What comes to a node is held up. */
  delay({ broker }: ClusterNode, ms: number): void {
    this.#disturb(
      ms,
      () => this.#engine.delayMessages(broker),
      () => this.#engine.releaseMessages(broker),
    );
  }

  /** An engine whose clock goes back may give positions of what it has lost to something else: either happens, not both. */
  turnClock(ms: number): void {
    if (ms < 0 && this.#hasLost) return;
    this.#isTurnedBack ||= ms < 0;
    this.#engine.turnClock(ms);
  }

  kill(node: ClusterNode): void {
    this.#engine.kill(node.broker);
    this.#ended(node);
    // what it knew of handlers that run in others for its clients is lost as well
    this.#forgiveRuns();
  }

  /** A node takes its leave: what it cannot end in time is handled once more by another. */
  async drain(node: ClusterNode): Promise<void> {
    const { checker, clock } = this.#options;
    const graceMs = 2_000;
    const handAway = (): void => checker.killed(node.broker.id);
    handAway();
    this.#note(+1);
    // others are told at the end of that time, and the node is not gone yet
    const stop = clock.after(graceMs, handAway);
    await node.sockets.drain({ graceMs, spreadMs: 1_000 });
    stop();
    node.isDead = true;
    this.#note(-1);
    this.#ended(node);
  }

  /** A node is gone, and with it what it could have sent again. */
  #ended(node: ClusterNode): void {
    this.#options.checker.killed(node.broker.id);
    for (const n of this.#lost) if (this.#sentBy.get(n) === node) this.#options.ledger.forgive(n);
  }

  #lose(log: string, count: number): void {
    if (count === 0 || this.#isTurnedBack) return;
    this.#hasLost = true;
    this.#options.ledger.lost();
    const settings = { processId: '', maxLogBytes: Infinity, maxLogAgeMs: Infinity, sessionMs: 0 };
    const { entries } = this.#engine.store.read(log, { after: 0, epoch: 'none yet' }, settings);
    // what it took long ago it has written down
    const young = entries.filter(({ time }) => time > this.#options.clock.now() - lostWithinMs).slice(-count);
    this.#engine.loseTail(log, young.length);
    for (const { body } of young) {
      const n = numberIn(body);
      if (n !== undefined) this.#noteLost(n);
    }
  }

  /** What nobody has heard, and whose sender has died, can be given back by nobody. */
  #noteLost(n: number): void {
    this.#lost.add(n);
    if (this.#sentBy.get(n)?.isDead === true) this.#options.ledger.forgive(n);
  }

  /** Whoever cannot ask, or be asked, takes the others for dead: what is being handled may be handled once more. */
  #disturb(ms: number, begin: () => void, end: () => void): void {
    this.#note(+1);
    begin();
    this.#options.clock.after(ms, () => {
      end();
      this.#note(-1);
    });
  }

  #note(change: number): void {
    this.#disturbances += change;
    this.#forgiveRuns();
  }

  #forgiveRuns(): void {
    for (const { broker } of this.#options.nodes()) this.#options.checker.killed(broker.id);
  }

  #watchLogs(): void {
    const { store } = this.#engine;
    const { ledger, readersOf, trace } = this.#options;
    const append = store.append.bind(store);
    store.append = (id, message, settings) => {
      const head = append(id, message, settings);
      const n = numberIn(message.body);
      if (n === undefined) return head;
      const { log } = message;
      trace?.(`the engine took ${n} of ${log} at ${head.at} in ${head.epoch}`);
      ledger.taken(log, n, head.at, readersOf(log));
      this.#lost.delete(n);
      return head;
    };
  }

  #watchSessions(): void {
    const { sessions } = this.#engine.store;
    const { trace } = this.#options;
    const open = sessions.open.bind(sessions);
    sessions.open = (record, putting) => {
      const outcome = open(record, putting);
      trace?.(`the engine was given ${JSON.stringify(record)}: ${outcome}`);
      if (outcome === 'kept') this.#noteDone(record.id, record.done);
      return outcome;
    };
    const commit = sessions.commit.bind(sessions);
    sessions.commit = (change, putting) => {
      const outcome = commit(change, putting);
      trace?.(`the engine was told ${JSON.stringify(change)}: ${outcome}`);
      if (outcome === 'kept') this.#noteDone(change.id, change.done);
      return outcome;
    };
    const claim = sessions.claim.bind(sessions);
    sessions.claim = (asked, putting) => {
      const claimed = claim(asked, putting);
      trace?.(`the engine was asked for ${asked.id} and gave ${JSON.stringify(claimed)}`);
      return claimed;
    };
  }

  /** A message that the engine knows to be handled is not handled again, whoever dies. */
  #noteDone(sessionId: string, done = '[]'): void {
    for (const [first, last] of JSON.parse(done) as readonly (readonly [number, number])[]) {
      for (let number = first; number <= last; number += 1) {
        this.#options.checker.handlerEnded(`${sessionId}:${number}`);
      }
    }
  }
}

/** The number in the text of a message that travels between processes. */
function numberIn(body: string): number | undefined {
  const json = body.slice(body.indexOf('\n') + 1);
  return json === '' ? undefined : (JSON.parse(json) as { readonly n?: number }).n;
}
