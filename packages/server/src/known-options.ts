// The names that options may have. A misspelt option would otherwise be ignored: a server that was meant to authenticate its
// clients would be open.
import type { PublisherOptions } from './cluster/publisher.js';
import type { Hooks } from './hub.js';

/** What an option must be; some are checked elsewhere. */
type Kind = 'function' | 'group' | 'broker' | 'checked elsewhere';

const giveBroker = 'give it one, such as redisBroker({ url })';

type Kinds<TOptions> = Readonly<Record<keyof TOptions, Kind>>;

const kinds: Kinds<Hooks> = {
  authenticate: 'function',
  userId: 'function',
  expiresAt: 'function',
  recheck: 'function',
  onError: 'function',
  event: 'group',
  rooms: 'group',
  routes: 'group',
  limits: 'group',
  session: 'group',
  logs: 'group',
  backpressure: 'group',
  heartbeat: 'group',
  origins: 'checked elsewhere',
  hosts: 'checked elsewhere',
  trustProxy: 'checked elsewhere',
  dialect: 'checked elsewhere',
  compression: 'checked elsewhere',
  broker: 'broker',
  clock: 'checked elsewhere',
};

const eventKinds: Kinds<NonNullable<Hooks['event']>> = {
  onConnect: 'function',
  onMessage: 'function',
  onSuspend: 'function',
  onResume: 'function',
  onDisconnect: 'function',
};

const roomKinds: Kinds<NonNullable<Hooks['rooms']>> = {
  authorize: 'function',
  member: 'function',
  history: 'function',
};

const publisherKinds: Kinds<PublisherOptions> = {
  broker: 'broker',
  onError: 'function',
  logs: 'group',
  clock: 'checked elsewhere',
};

/** @throws TypeError for a name that no option has, and for what is no function, group or broker where one belongs */
export function checkKnown(options: Hooks): void {
  checkKinds(options, kinds);
  checkKinds(options.event, eventKinds, 'event.');
  checkKinds(options.rooms, roomKinds, 'rooms.');
}

/** @throws TypeError likewise, and where there is no broker */
export function checkKnownToPublisher(options: Partial<PublisherOptions> = {}): void {
  checkKinds(options, publisherKinds);
  if (options.broker === undefined) throw new TypeError(`the option "broker" is missing; ${giveBroker}`);
}

function checkKinds(given: object = {}, known: Readonly<Record<string, Kind>>, group = ''): void {
  for (const [name, value] of Object.entries(given) as [string, unknown][]) {
    if (!Object.hasOwn(known, name)) throw new TypeError(`there is no option "${group}${name}"`);
    if (value === undefined) continue;
    if (known[name] === 'function' && typeof value !== 'function')
      throw new TypeError(`the option "${group}${name}" is no function`);
    if (known[name] === 'group' && (typeof value !== 'object' || value === null))
      throw new TypeError(`the option "${group}${name}" is no object`);
    if (known[name] === 'broker' && !isBroker(value))
      throw new TypeError(`the option "${group}${name}" is no Broker; ${giveBroker}`);
  }
}

function isBroker(value: unknown): boolean {
  return typeof (value as { join?: unknown } | null)?.join === 'function';
}
