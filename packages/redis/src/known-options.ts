// The names that options may have. A misspelt option would otherwise be ignored: `pasword` would connect without a password.
import type {
  RedisAddress,
  RedisBrokerOptions,
  RedisClusterOptions,
  RedisConnectionOptions,
  RedisSentinelOptions,
} from './options.js';

type Names<TOptions> = Readonly<Record<keyof TOptions, true>>;

const names: Names<RedisBrokerOptions> = {
  url: true,
  connection: true,
  cluster: true,
  sentinel: true,
  prefix: true,
  publishTimeoutMs: true,
  queue: true,
  heartbeat: true,
  hmacKey: true,
  clock: true,
};

const addressNames: Names<RedisAddress> = { host: true, port: true };

/** What is in `tls` is Node's. */
const connectionNames: Names<RedisConnectionOptions> = {
  ...addressNames,
  path: true,
  tls: true,
  username: true,
  password: true,
  credentials: true,
  database: true,
  name: true,
};

const clusterNames: Names<RedisClusterOptions> = { rootNodes: true, mapAddress: true };

const sentinelNames: Names<RedisSentinelOptions> = {
  name: true,
  rootNodes: true,
  connection: true,
  mapAddress: true,
};

const queueNames: Names<NonNullable<RedisBrokerOptions['queue']>> = { maxMessages: true, maxBytes: true };
const heartbeatNames: Names<NonNullable<RedisBrokerOptions['heartbeat']>> = {
  intervalMs: true,
  timeoutMs: true,
};

/** @throws TypeError for a name that no option has, and for what is no object where one belongs */
export function checkKnown(options: RedisBrokerOptions): void {
  if (!isGroup(options)) {
    throw new TypeError(
      `the options are no object; give one, such as redisBroker({ url: 'redis://localhost' })`,
    );
  }
  checkNames('', options, names);
  const { connection, cluster, sentinel, queue, heartbeat } = options;
  checkNames('connection', connection, connectionNames);
  checkNames('cluster', cluster, clusterNames);
  checkNames('sentinel', sentinel, sentinelNames);
  checkNames('sentinel.connection', sentinel?.connection, connectionNames);
  checkNames('queue', queue, queueNames);
  checkNames('heartbeat', heartbeat, heartbeatNames);
}

/** @throws TypeError likewise */
export function checkAddress(name: string, address: RedisAddress): void {
  checkNames(name, address, addressNames);
}

function checkNames(group: string, given: unknown, known: Readonly<Record<string, true>>): void {
  if (given === undefined) return;
  if (!isGroup(given)) throw new TypeError(`the option "${group}" is no object`);
  for (const name of Object.keys(given)) {
    if (Object.hasOwn(known, name)) continue;
    throw new TypeError(`there is no option "${group === '' ? name : `${group}.${name}`}"`);
  }
}

function isGroup(given: unknown): given is object {
  return typeof given === 'object' && given !== null && !Array.isArray(given);
}
