// The names that options may have. A misspelt option would otherwise be ignored: a server that was meant to authenticate its
// clients would be open.
import type { Hooks } from './hub.js';

/** What an option must be; some are checked elsewhere. */
type Kind = 'function' | 'group' | 'checked elsewhere';

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
  broker: 'checked elsewhere',
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

/** @throws TypeError for a name that no option has, and for what is no function or no group where one belongs */
export function checkKnown(options: Hooks): void {
  checkKinds(options, kinds);
  checkKinds(options.event, eventKinds, 'event.');
  checkKinds(options.rooms, roomKinds, 'rooms.');
}

function checkKinds(given: object = {}, known: Readonly<Record<string, Kind>>, group = ''): void {
  for (const [name, value] of Object.entries(given) as [string, unknown][]) {
    if (!Object.hasOwn(known, name)) throw new TypeError(`there is no option "${group}${name}"`);
    if (value === undefined) continue;
    if (known[name] === 'function' && typeof value !== 'function')
      throw new TypeError(`the option "${group}${name}" is no function`);
    if (known[name] === 'group' && (typeof value !== 'object' || value === null))
      throw new TypeError(`the option "${group}${name}" is no object`);
  }
}
