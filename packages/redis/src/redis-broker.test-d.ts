import { defineChannels } from '@wirepact/core';
import { SocketManager, type Broker } from '@wirepact/server';
import { expectTypeOf, test } from 'vitest';
import { redisBroker } from './redis-broker.js';

test('makes a broker, which a manager takes', () => {
  expectTypeOf(redisBroker).returns.toEqualTypeOf<Broker>();
  const manager = new SocketManager(defineChannels({}), { broker: redisBroker({ url: 'redis://x' }) });
  expectTypeOf(manager).toHaveProperty('close');
});

test('takes one place where Redis is, as it can be written', () => {
  redisBroker();
  redisBroker({ cluster: { rootNodes: ['redis://x', { host: 'x', port: 1 }] } });
  redisBroker({ sentinel: { name: 'mymaster', rootNodes: [{ host: 'x', port: 1 }] } });
  redisBroker({ connection: { path: '/run/redis.sock', tls: { ca: 'x' } } });
  // @ts-expect-error: what is not an option is no option
  redisBroker({ host: 'x' });
});
