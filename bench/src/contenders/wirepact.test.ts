import { SocketManager } from '@wirepact/server';
import { expect, it } from 'vitest';
import { unlimitedRates } from './wirepact.js';

it('is measured with limits that a server takes', async () => {
  const sockets = new SocketManager({}, { limits: unlimitedRates });
  expect(sockets.countClients).toBe(0);
  await sockets.close();
});
