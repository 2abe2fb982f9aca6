// The subscriptions: which channels are wanted, which server has confirmed each, and who waits for that. When a server is back,
// all of its channels are subscribed to again.
import type { Clock } from '@wirepact/core/internal';
import { mend } from './mend.js';
import type { RedisNode } from './redis-node.js';
import { counted, explain, explainDelay, notAccepted, refusalOf, refused } from './refusal.js';
import type { Topology } from './topology.js';

/** What the subscriptions need of the broker. */
export interface SubscriptionsHost {
  readonly clock: Clock;
  readonly publishTimeoutMs: number;
  readonly topology: Topology;
  /** Something that is followed was not heard for a while, and is again. */
  missed(): void;
  failed(error: unknown): void;
}

interface Followed {
  readonly channel: string;
  /** The server that was asked for it last. */
  askedOf: RedisNode | undefined;
  /** The server that has confirmed it, as long as its line holds. */
  at: RedisNode | undefined;
  /** Somebody relies on it. */
  isRelied: boolean;
  readonly waiting: Set<{ resolve: () => void; reject: (error: Error) => void }>;
}

/** What Redis does not confirm at once is asked for again then. */
const retryMs = 200;
/** How many channels one command subscribes to, where they need not be in one slot. */
const channelsAtOnce = 256;

/** The channels that are listened to. */
export class Subscriptions {
  readonly #host: SubscriptionsHost;
  readonly #followed = new Map<string, Followed>();
  readonly #stopTimers = new Set<() => void>();
  /** Why a server refused last, and what, until it confirms some of that. */
  readonly #refusals = new WeakMap<RedisNode, { readonly text: string; readonly of: WeakSet<Followed> }>();
  #isClosed = false;

  constructor(host: SubscriptionsHost) {
    this.#host = host;
  }

  /** Resolves when it is confirmed. @throws SocketError `not_accepted` when that takes too long */
  follow(channel: string): Promise<void> {
    if (this.#isClosed) return Promise.reject(notAccepted('the broker is closed'));
    const followed = this.#followed.get(channel) ?? this.#add(channel);
    return followed.at === undefined ? this.#confirmed(followed) : Promise.resolve();
  }

  /** Listens to it from when Redis is there. */
  listenTo(channel: string): void {
    this.#add(channel).isRelied = true;
  }

  unfollow(channel: string): void {
    this.#leave(channel, `the subscription to ${channel} was ended`);
  }

  #leave(channel: string, why: string): void {
    const followed = this.#followed.get(channel);
    if (followed === undefined) return;
    this.#followed.delete(channel);
    followed.at?.unsubscribe(channel);
    for (const { reject } of followed.waiting) reject(notAccepted(why));
  }

  has(channel: string): boolean {
    return this.#followed.has(channel);
  }

  /** A line of this server's is open. Resolves when everything that it is to tell is asked of it. */
  async listen(node: RedisNode): Promise<void> {
    const { topology } = this.#host;
    await this.#ask([...this.#followed.values()].filter(({ channel }) => topology.nodeOf(channel) === node));
  }

  /** A line of this server's is lost. */
  deafened(node: RedisNode): void {
    for (const followed of this.#followed.values()) if (followed.at === node) followed.at = undefined;
  }

  /** Other servers tell some of it from now on: also of what nobody tells now, since their lines may have been open all along. */
  async reroute(): Promise<void> {
    const moved: Followed[] = [];
    for (const followed of this.#followed.values()) {
      const { channel, askedOf } = followed;
      if (this.#host.topology.nodeOf(channel) === askedOf) continue;
      followed.at?.unsubscribe(channel);
      followed.at = undefined;
      moved.push(followed);
    }
    await this.#askAgain(moved);
  }

  close(): void {
    this.#isClosed = true;
    for (const channel of [...this.#followed.keys()]) this.#leave(channel, 'the broker is closed');
    for (const stop of this.#stopTimers) stop();
    this.#stopTimers.clear();
  }

  #add(channel: string): Followed {
    const followed: Followed = {
      channel,
      askedOf: undefined,
      at: undefined,
      isRelied: false,
      waiting: new Set(),
    };
    this.#followed.set(channel, followed);
    void this.#ask([followed]);
    return followed;
  }

  #confirmed(followed: Followed): Promise<void> {
    const { clock, publishTimeoutMs } = this.#host;
    return new Promise((resolve, reject) => {
      const settle = (then: () => void): void => {
        cancel();
        followed.waiting.delete(waiter);
        then();
      };
      const waiter = {
        resolve: () => settle(resolve),
        reject: (error: Error) => settle(() => reject(error)),
      };
      const cancel = clock.after(publishTimeoutMs, () => {
        waiter.reject(
          notAccepted(
            `the subscription to ${followed.channel} was not confirmed: ${explainDelay(publishTimeoutMs, undefined)}`,
          ),
        );
        if (followed.waiting.size === 0 && !followed.isRelied) this.unfollow(followed.channel);
      });
      followed.waiting.add(waiter);
    });
  }

  /** Whoever relied on it has heard nothing until it is confirmed. */
  async #askAgain(followed: readonly Followed[]): Promise<void> {
    const relied = followed.filter(({ isRelied }) => isRelied);
    await this.#ask(followed);
    if (relied.some(({ at }) => at !== undefined)) this.#host.missed();
  }

  async #ask(followed: readonly Followed[]): Promise<void> {
    const { topology } = this.#host;
    const groups = new Map<string, { readonly node: RedisNode; readonly group: Followed[] }>();
    followed.forEach((one, index) => {
      const node = topology.nodeOf(one.channel);
      one.askedOf = node;
      if (node === undefined) return;
      const key = `${node.name} ${topology.slotOf(one.channel) ?? Math.floor(index / channelsAtOnce)}`;
      const group = groups.get(key)?.group ?? [];
      group.push(one);
      groups.set(key, { node, group });
    });
    await Promise.all(Array.from(groups.values(), ({ node, group }) => this.#askNode(node, group)));
  }

  async #askNode(node: RedisNode, group: readonly Followed[]): Promise<void> {
    try {
      await node.subscribe(group.map(({ channel }) => channel));
    } catch (error) {
      return this.#refused(node, group, error);
    }
    if (group.some((one) => this.#refusals.get(node)?.of.has(one))) this.#refusals.delete(node);
    for (const followed of group) {
      const now = this.#followed.get(followed.channel);
      // left, or asked of another server, before it was confirmed
      if (now?.askedOf !== node) node.unsubscribe(followed.channel);
      if (now !== followed || now.askedOf !== node) continue;
      followed.at = node;
      followed.isRelied = true;
      for (const { resolve } of followed.waiting) resolve();
    }
  }

  /** A line that was lost is asked again when it is back. */
  #refused(node: RedisNode, group: readonly Followed[], error: unknown): void {
    const refusal = refusalOf(error);
    if (refusal.kind === 'lost') return;
    const pauseMs = mend(error, node, this.#host.topology);
    // it was asked for again when it became known where the slot is
    if (refusal.kind === 'moved' && pauseMs !== undefined) return;
    const text = explain(error);
    if (text !== this.#refusals.get(node)?.text) {
      this.#refusals.set(node, { text, of: new WeakSet() });
      this.#host.failed(
        new Error(`${counted(group.length, 'channel')} could not be subscribed to: ${text}`, {
          cause: error,
        }),
      );
    }
    for (const one of group) this.#refusals.get(node)?.of.add(one);
    if (refusal.kind === 'final') {
      for (const { channel, waiting, isRelied } of group) {
        const failure = refused(`${channel} could not be subscribed to`, error);
        for (const { reject } of waiting) reject(failure);
        if (!isRelied) this.unfollow(channel);
      }
    }
    const isMissing = (one: Followed): boolean =>
      this.#followed.get(one.channel) === one && one.at === undefined;
    this.#later(() => void this.#askAgain(group.filter(isMissing)));
  }

  #later(run: () => void): void {
    if (this.#isClosed) return;
    const stop = this.#host.clock.after(retryMs, () => {
      this.#stopTimers.delete(stop);
      run();
    });
    this.#stopTimers.add(stop);
  }
}
