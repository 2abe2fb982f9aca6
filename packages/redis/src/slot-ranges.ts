// Reads which node has which slots: the reply to CLUSTER SLOTS.
import type { RedisAddress } from './options.js';
import { unreadable } from './redis-script.js';

/** The slots from the first to the last, and the server that has them. */
export interface SlotRange {
  readonly first: number;
  readonly last: number;
  readonly address: RedisAddress;
}

/** `said` is where the node is that says so: those that name no host are there too. */
export function readSlots(reply: unknown, said: RedisAddress): readonly SlotRange[] {
  if (!Array.isArray(reply)) throw unreadable('the slots of the cluster', reply);
  return reply.map((range: unknown) => {
    const [first, last, master] = Array.isArray(range) ? (range as readonly unknown[]) : [];
    const [host, port] = Array.isArray(master) ? (master as readonly unknown[]) : [];
    if (!isSlot(first) || !isSlot(last) || !Number.isInteger(port))
      throw unreadable('the slots of the cluster', range);
    const isNamed = typeof host === 'string' && host !== '' && host !== '?';
    return { first, last, address: { host: isNamed ? host : said.host, port: port as number } };
  });
}

function isSlot(value: unknown): value is number {
  return Number.isInteger(value) && (value as number) >= 0 && (value as number) < 16_384;
}
