// Writes the contract and the program that the type-check budget is measured on: 200 channels in five kinds, and 400
// uses of a client, each channel twice.

const channelCount = 200;

/** Each kind: its channel, and two uses of it by a client. `$` stands for the channel's number. */
const kinds = [
  {
    channel: `{ in: z.void(), out: z.string() }`,
    uses: [
      `client.send('path$');`,
      `client.request('path$').then((reply) => { const text: string = reply; void text; });`,
    ],
  },
  {
    channel: `{
      in: z.object({ text$: z.string().min(1), room: z.string(), tags: z.array(z.string()).optional() }),
      out: z.object({
        id$: z.string(),
        text: z.string(),
        at: z.date(),
        author: z.object({ id: z.string(), name: z.string(), role: z.enum(['admin', 'member']) }),
        reactions: z.array(z.object({ emoji$: z.string(), count: z.number().int().default(0) })),
      }),
      reply: z.object({ id$: z.string(), at: z.iso.datetime() }),
      errors: { MUTED: z.object({ until$: z.string() }) },
    }`,
    uses: [
      `client.on('path$', (message) => { const at: string = message.at; void at; });`,
      `client.request('path$', { text$: 'hi', room: 'lobby' }).then((reply) => { const id: string = reply.id$; void id; });`,
    ],
  },
  {
    channel: `{
      in: z.object({ level$: z.enum(['info', 'warn', 'error']), limit: z.number().optional() }),
      stream: z.object({ line$: z.string(), at: z.date() }),
    }`,
    uses: [
      `(async () => { for await (const item of client.stream('path$', { level$: 'warn' })) { const line: string = item.line$; void line; } })();`,
      `client.stream('path$', { level$: 'info', limit: 5 });`,
    ],
  },
  {
    channel: `{
      out: z.object({
        user$: z.object({ id: z.string(), seenAt: z.date().nullable() }),
        devices: z.record(z.string(), z.object({ name$: z.string(), since: z.date() })),
        online: z.boolean(),
      }),
    }`,
    uses: [
      `client.on('path$', (message) => { const id: string = message.user$.id; void id; });`,
      `client.once('path$', ({ user$ }) => { const seenAt: string | null = user$.seenAt; void seenAt; });`,
    ],
  },
  {
    channel: `{
      in: z.object({ x$: z.number(), y: z.number(), user: z.string() }),
      out: z.object({ x$: z.number(), y: z.number(), user: z.string() }),
      delivery: 'latest', key: 'user',
    }`,
    uses: [
      `client.send('path$', { x$: 1, y: 2, user: 'u1' });`,
      `client.on('path$', (point) => { const x: number = point.x$; void x; });`,
    ],
  },
];

const numbers = Array.from({ length: channelCount }, (_, index) => index);
const ofKind = (number) => kinds[number % kinds.length];
const fill = (text, number) => text.replaceAll('$', String(number));

/** The contract's source. */
export function contractSource() {
  const channels = numbers.map((number) => `  path${number}: ${fill(ofKind(number).channel, number)},`);
  return [
    `import { z } from 'zod';`,
    `import { defineChannels } from '@wirepact/core';`,
    `export const channels = defineChannels({`,
    ...channels,
    `});`,
    '',
  ].join('\n');
}

/** The program that uses it, 400 times. */
export function usesSource() {
  const uses = numbers.flatMap((number) => ofKind(number).uses.map((use) => fill(use, number)));
  return [
    `import type { Client } from '@wirepact/client';`,
    `import type { channels } from './contract.js';`,
    `declare const client: Client<typeof channels>;`,
    '// @ts-expect-error nothing is measured if the client has become `any`',
    `client.send('no such path');`,
    ...uses,
    '',
  ].join('\n');
}
