// What one process tells another is read as it was sent, and anything else reaches nobody.
import { defineChannels } from '@wirepact/core';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { startNodes } from './cluster.fixture.js';
import { readProcessMessage } from './process-messages.js';
import { settle } from '../test-server.fixture.js';

const frames = [{ text: '{"path":"add","data":2,"id":1}' }, { text: '{"path":"add","id":1}', n: 1 }];
const honest: readonly object[] = [
  { kind: 'hand-over', id: 's', generation: 2, to: 'p', isThere: true },
  { kind: 'handed-over', id: 's', from: 'p', generation: 2 },
  { kind: 'handed-over', id: 's', from: 'p', generation: 2, isOver: true },
  {
    kind: 'handed-over',
    ...{ id: 's', from: 'p', generation: 2, had: 1, state: '{}' },
    done: '[[1,2]]',
    answers: [[1, frames]],
    running: [
      [3, 'p'],
      [4, 'q'],
    ],
  },
  { kind: 'handled', id: 's', number: 3 },
  { kind: 'handled', id: 's', number: 3, frames },
  { kind: 'wanted', id: 's', to: 'p', numbers: [3, 4] },
  { kind: 'lost', id: 's', number: 3 },
  { kind: 'cancel', id: 's', number: 3 },
  { kind: 'ask', number: 1, from: 'p', id: 's', path: 'price', json: '{"any":1}', timeoutMs: 100 },
  { kind: 'ask', number: 1, from: 'p', id: 's', path: 'price', timeoutMs: 100 },
  { kind: 'answer', number: 1, data: null },
  { kind: 'answer', number: 1, error: { code: 'timeout', message: 'x' } },
  { kind: 'passed-on', number: 1, to: 'p' },
  { kind: 'close', id: 's', reason: '', code: 4600 },
  { kind: 'close', id: 's', reason: '', code: 4600, before: 5 },
  { kind: 'move', id: 's', room: 'lobby', isIn: true },
];
const wrong: readonly object[] = [
  { kind: '__proto__' },
  { kind: 'constructor' },
  { kind: 'hand-over', id: 's', generation: 2, to: 5, isThere: true },
  { kind: 'hand-over', id: 's', generation: -1, to: 'p', isThere: true },
  { kind: 'handed-over', id: 's', generation: 2 },
  { kind: 'handed-over', id: 's', from: 'p', generation: '2' },
  { kind: 'handed-over', id: 's', from: 'p', generation: 2, had: -1 },
  { kind: 'handed-over', id: 's', from: 'p', generation: 2, state: {} },
  { kind: 'handed-over', id: 's', from: 'p', generation: 2, done: [[1, 2]] },
  { kind: 'handed-over', id: 's', from: 'p', generation: 2, answers: [null] },
  { kind: 'handed-over', id: 's', from: 'p', generation: 2, answers: [[1, [{ text: '}' }]]] },
  { kind: 'handed-over', id: 's', from: 'p', generation: 2, running: 5 },
  { kind: 'handed-over', id: 's', from: 'p', generation: 2, running: [[1.5, 'p']] },
  { kind: 'handed-over', id: 's', from: 'p', generation: 2, running: [3] },
  { kind: 'wanted', id: 's', to: 'p', numbers: [-1] },
  { kind: 'lost', id: 's', number: '3' },
  { kind: 'handled', id: 's', number: 3, frames: { length: 1 } },
  { kind: 'handled', id: 's', number: 3, frames: [{ text: 5 }] },
  { kind: 'ask', number: 1, id: 's', path: 'price', timeoutMs: 100 },
  { kind: 'ask', number: 1, from: 'p', id: 's', path: 'price', timeoutMs: null },
  { kind: 'ask', number: 1, from: 'p', id: 's', path: 'price', json: '1}', timeoutMs: 100 },
  { kind: 'answer', number: 'x' },
  { kind: 'passed-on', number: 1, to: null },
  { kind: 'passed-on', to: 'p' },
  { kind: 'close', id: 's', reason: '', code: 1006 },
  { kind: 'close', id: 's', reason: {}, code: 1000 },
  { kind: 'close', id: 's', reason: '', code: 4600, before: null },
  { kind: 'cancel', id: 's', number: -1 },
  { kind: 'move', id: 's', room: '*', isIn: true },
  { kind: 'move', id: 's', room: 'lobby', isIn: 1 },
];

describe('what a process says to another', () => {
  it.each(honest)('is read as it was said: %j', (message) => {
    expect(readProcessMessage(JSON.stringify(message))).toEqual(message);
  });

  it.each([...wrong.map((message) => JSON.stringify(message)), '', '5', 'null', '[]', '{', '{}'])(
    'is nothing that it says: %s',
    (text) => expect(readProcessMessage(text)).toBeUndefined(),
  );

  it('is reported when it is none of that, and passed over', async () => {
    const channels = defineChannels({ note: { in: z.string() } });
    const { nodes, brokers, errors } = await startNodes(channels);
    const client = await nodes[0].connect();
    const id = client.welcome.session;
    for (const message of [{ kind: 'close', id, reason: '', code: 1006 }, ...wrong]) {
      void brokers[1].tell(brokers[0].id ?? '', JSON.stringify(message));
    }
    await settle();
    expect(client.transport.closedWith).toBeUndefined();
    expect(errors()).toHaveLength(wrong.length + 1);
    for (const error of errors()) expect(String(error)).toContain('not sent by Wirepact');
  });

  it('closes nobody with a code that no application has', async () => {
    const channels = defineChannels({ note: { in: z.string() } });
    const { nodes, brokers, errors } = await startNodes(channels);
    const client = await nodes[0].connect('ann');
    for (const code of [1006, 4401, 0, 1e9]) {
      brokers[1].emit('*', JSON.stringify({ kind: 'disconnect', userId: 'ann', reason: '', code }));
    }
    await settle();
    expect(client.transport.closedWith).toBeUndefined();
    brokers[1].emit('*', JSON.stringify({ kind: 'disconnect', userId: 'ann', reason: '', code: 4600 }));
    await settle();
    expect(client.transport.closedWith).toMatchObject({ code: 4600 });
    expect(errors()).toEqual([]);
  });
});
