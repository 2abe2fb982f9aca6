// Passes the messages of a process to the engine, whether the process has clients or not.
import { SocketError } from '@wirepact/core';
import type { Clock } from '@wirepact/core/internal';
import type { Append, Broker, LogHead, SessionPlace } from './broker.js';
import { inboxName } from '../delivery/log.js';
import { createEpoch } from '../delivery/logs.js';
import type { OutgoingMessage } from '../delivery/outgoing-message.js';
import { RecentAppends, type DoubtfulLogs } from './recent-appends.js';
import { encodeShared } from './shared-message.js';
import type { Timers } from '../timers.js';
import { Waiters } from '../waiters.js';

/** How long other processes get, after the engine is back, to repair their part. */
export const graceMs = 300;

const none: DoubtfulLogs = new Set();

const inboxPrefix = `${inboxName}:`;

/** What the engine calls the log of a session's direct messages. */
export function inboxLogOf(sessionId: string): string {
  return `${inboxPrefix}${sessionId}`;
}

/** Appends to a log that this process has a mirror of, which knows more of where that stands. */
export type AppendHere = (body: string) => Promise<LogHead>;

type Finding = Promise<readonly SessionPlace[]>;

/** Hands messages to the engine. */
export class SharedSender {
  readonly #broker: Broker;
  readonly #clock: Clock;
  readonly #timers: Timers;
  readonly #report: (error: unknown) => void;
  readonly #recent: RecentAppends;
  #doubtful: DoubtfulLogs = none;
  #held: Waiters | undefined;
  #verifying: Promise<void> = Promise.resolve();
  /** How often the engine came back. */
  #returns = 0;
  /** Who is being looked for, by user. */
  readonly #finding = new Map<string, Finding>();
  /** Who was found since a return of the engine, by user: that does for all that was sent before. */
  readonly #foundSince = new Map<string, { readonly returns: number; readonly places: Finding }>();

  /** `timers` end when nothing is sent any more. */
  constructor(broker: Broker, clock: Clock, timers: Timers, report: (error: unknown) => void) {
    this.#broker = broker;
    this.#clock = clock;
    this.#timers = timers;
    this.#report = report;
    this.#recent = new RecentAppends(broker, clock);
  }

  /** Sends to a room, to everyone, or to an inbox. Resolves once that is accepted. */
  async publish(
    log: string,
    message: OutgoingMessage,
    exceptId?: string,
    append?: AppendHere,
  ): Promise<void> {
    const body = encodeShared(message, exceptId);
    if (message.delivery === 'volatile') return this.#broker.emit(log, body);
    if (message.delivery === 'latest') return this.#broker.keepLatest(log, message.slot, body);
    if (append === undefined && this.#held !== undefined) await this.waitForOthers();
    await this.#recent.track(log, body, append?.(body) ?? this.#broker.append(this.#appendOf(log, body)));
  }

  /** Sends to every client of a user, wherever it is. Resolves once that is accepted for each of them, in time. */
  async publishToUser(userId: string, message: OutgoingMessage): Promise<void> {
    const finding = this.#findClients(userId, this.#finding.get(userId));
    this.#finding.set(userId, finding);
    const forget = (): void => this.#forget(userId, finding);
    finding.then(forget, forget);
    // each step has as long as the whole may take
    let isLate = false;
    const sending = finding.then(async (places) => {
      if (this.#held !== undefined) await this.waitForOthers();
      if (!isLate) await Promise.all(places.map(({ id }) => this.publish(inboxLogOf(id), message)));
    });
    return new Promise((resolve, reject) => {
      const { publishTimeoutMs } = this.#broker;
      const cancel = this.#clock.after(publishTimeoutMs, () => {
        isLate = true;
        reject(new SocketError('not_accepted', lateText(userId, publishTimeoutMs)));
      });
      void sending.then(resolve, reject).finally(cancel);
    });
  }

  /** In the order in which it was asked, however long each takes: what is sent to a user must not overtake. */
  async #findClients(userId: string, before: Finding | undefined): Finding {
    const returns = this.#returns;
    const asked = this.#held === undefined ? this.#broker.sessionsOf(userId) : undefined;
    asked?.catch(() => undefined);
    await before?.catch(() => undefined);
    const places = await asked;
    if (places !== undefined && returns === this.#returns) return places;
    // the engine was away meanwhile
    await this.waitForOthers();
    return this.#findAgain(userId);
  }

  #forget(userId: string, finding: Finding): void {
    if (this.#finding.get(userId) !== finding) return;
    this.#finding.delete(userId);
    this.#foundSince.delete(userId);
  }

  /** Once for all that waited: one after the other would wait for as many answers as there are messages. */
  #findAgain(userId: string): Finding {
    const returns = this.#returns;
    const found = this.#foundSince.get(userId);
    if (found?.returns === returns) return found.places;
    const places = this.#broker.sessionsOf(userId);
    this.#foundSince.set(userId, { returns, places });
    return places;
  }

  /** The engine is back: what is others' is theirs to put right first. What they are sent waits for a moment. */
  hold(): void {
    this.#returns += 1;
    this.#recent.noteReturn();
    this.#held ??= new Waiters();
    this.#timers.stop('late');
    // each time as long: what was lost since the last one is to be put right as well
    this.#timers.afterLast('grace', graceMs, () => void this.#goOn());
  }

  /** Resolves once others need no more time to put right what is theirs; with whether they needed any. */
  async waitForOthers(): Promise<boolean> {
    const areAwaited = this.#held !== undefined;
    while (this.#held !== undefined) await this.#held.wait();
    return areAwaited;
  }

  /** Nobody waits any more. */
  release(): void {
    const held = this.#held;
    this.#held = undefined;
    held?.wakeAll();
  }

  /**
   * An engine that was gone may have lost what nobody but this process knows of: that is appended again. Others, who may hold it
   * as well, have their time to give it back; later than that it would be lost for good if this process died.
   */
  verifySoon(): void {
    this.#doubtful = 'all';
    this.#timers.afterLast('verify', graceMs, () => void this.#verify());
  }

  get #isDoubtful(): boolean {
    return this.#doubtful === 'all' || this.#doubtful.size > 0;
  }

  /** Others had their time. What was lost goes before what waits, unless that takes as long again. */
  async #goOn(): Promise<void> {
    if (!this.#isDoubtful) return this.release();
    const returns = this.#returns;
    this.#timers.afterLast('late', graceMs, () => this.release());
    await this.#verify();
    // the engine may have been away once more
    if (returns !== this.#returns) return;
    this.#timers.stop('late');
    this.release();
  }

  /** One after the other: two would find the same missing. */
  #verify(): Promise<void> {
    return (this.#verifying = this.#verifying.then(() => this.#look()));
  }

  async #look(): Promise<void> {
    if (!this.#isDoubtful) return;
    const logs = this.#doubtful;
    this.#doubtful = none;
    try {
      const returns = this.#returns;
      const left = await this.#recent.verify(logs, () => returns !== this.#returns);
      if (left.size === 0) return;
      // another look may be about to begin, or have left some as well
      if (this.#doubtful !== 'all') this.#doubtful = new Set([...this.#doubtful, ...left]);
      this.#timers.after('verify', graceMs, () => void this.#verify());
    } catch (error) {
      this.#report(error);
    }
  }

  #appendOf(log: string, body: string): Append {
    // a client knows the epoch of its inbox by its session
    const epoch = log.startsWith(inboxPrefix) ? log.slice(inboxPrefix.length) : createEpoch();
    return { log, body, epoch, knownAt: this.#recent.knownAt(log) };
  }
}

function lateText(userId: string, timeoutMs: number): string {
  return `[not_accepted] the message to user "${userId}" was not accepted for all of its clients within ${timeoutMs} ms`;
}
