// How many connections there may be, in total, from one address and of one user, and how often an address may open one.
import { closeCodes } from '@wirepact/core/internal';
import type { Hub } from '../hub.js';
import { KeyedBuckets } from '../limits/keyed-buckets.js';

/** Why there is no room for a connection: told by `status` before the handshake, and by `closeCode` after it. */
export interface Lack {
  readonly status: number;
  readonly closeCode: number;
  readonly reason: string;
}

/** Whose the connection would be. */
export interface AskingUser {
  readonly id: string | undefined;
  /** Whether it says whose connection it takes over, before it counts as a client. */
  readonly willGreet: boolean;
}

const tooMany = { status: 429, closeCode: closeCodes.rateLimited } as const;
const full = { status: 503, closeCode: closeCodes.overloaded } as const;

/** Why a user may not have another connection. */
export const tooManyOfUser: Lack = { ...tooMany, reason: 'this user has too many connections' };

/** Says whether there is room for another connection, and counts those for which there is none. */
export class Capacity {
  readonly #hub: Hub;
  readonly #upgrades: KeyedBuckets;

  constructor(hub: Hub) {
    this.#hub = hub;
    this.#upgrades = new KeyedBuckets(hub.options.rates.upgrades);
  }

  /** An address asks for a connection. */
  ask(address: string | undefined): Lack | undefined {
    const { counters, options, backlog } = this.#hub;
    if (backlog.isTooMuch) {
      counters.refused.overload += 1;
      return { ...full, reason: 'too much waits to be read' };
    }
    if (address !== undefined && !this.#upgrades.take(address, options.clock.now())) {
      counters.refused.rate += 1;
      return { ...tooMany, reason: 'this address connects too often' };
    }
    return this.findLack(address);
  }

  /** Before it is known who asks there is no user. */
  findLack(address: string | undefined, user?: AskingUser): Lack | undefined {
    const { connections, counters, options } = this.#hub;
    const { maxClients, socketsPerIp, socketsPerUser } = options.limits;
    if (connections.size >= maxClients) {
      counters.refused.clients += 1;
      return { ...full, reason: 'the server is full' };
    }
    if (connections.countFrom(address) >= socketsPerIp) {
      counters.refused.address += 1;
      return { ...tooMany, reason: 'this address has too many connections' };
    }
    // each of its connections may be dead, and taken over by what its client is about to say
    const most = user?.willGreet === true ? 2 * socketsPerUser : socketsPerUser;
    if (connections.countOf(user?.id) >= most) {
      counters.refused.user += 1;
      return tooManyOfUser;
    }
    return undefined;
  }
}
