// What a process knows of a log that it shares with others, as the files see it that keep this up to date.
import type { Broker, LatestValue, SharedEntry } from './broker.js';
import type { Log, PlacedMessage } from '../delivery/log.js';
import type { Value } from '../delivery/publish.js';
import type { Group } from '../rooms/rooms.js';
import type { SharedLog } from './shared-log.js';

/** The mirror of a log in this process. */
export interface Mirror {
  /** What the engine calls the log. */
  readonly name: string;
  readonly group: Group;
  readonly log: Log;
  readonly host: SharedLogHost;
  /** Nobody reads it any more: what was asked for by then is not to be acted upon. */
  readonly isClosed: boolean;
  /** Takes the next entry, and hands it to the group. */
  deliver(entry: SharedEntry): void;
}

/** What a shared log needs of the cluster. */
export interface SharedLogHost {
  readonly broker: Broker;
  /** Makes an entry of a log; of what is no message, one that is a position alone. */
  decode(entry: SharedEntry, group: Group): PlacedMessage;
  /** Makes a message of a `latest` value; `undefined` of what is none. */
  decodeValue(value: LatestValue, group: Group): Value | undefined;
  /** It is not followed any more. */
  forget(log: SharedLog): void;
  /** Something failed that nobody waits for. */
  failed(error: unknown): void;
  /** Resolves when it is worth trying again. */
  retry(): Promise<void>;
}
