// The public exports of @wirepact/redis.
export {
  defaultOptions,
  type HeartbeatOptions,
  type QueueOptions,
  type RedisAddress,
  type RedisBrokerOptions,
  type RedisClusterOptions,
  type RedisConnectionOptions,
  type RedisSentinelOptions,
} from './options.js';
export { redisBroker } from './redis-broker.js';
