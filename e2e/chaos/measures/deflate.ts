// RFC 7692, case by case and with many messages each: groups 12 and 13 of the conformance suite.
import { defineChannels } from '@wirepact/core';
import { SocketManager } from '@wirepact/server';
import { z } from 'zod';
import { deflateGroups } from '../../conformance/rfc6455/deflate-cases.js';
import { runDeflateCase } from '../../conformance/rfc6455/run-deflate-case.js';
import { wirepactSubject } from '../../conformance/rfc6455/subject.js';
import type { Figure, Measure } from './measure.js';

/** More than all cases send. */
const plenty = 1e9;

export const deflate: Measure = {
  id: 'deflate',
  title: 'compressed messages according to RFC 7692',
  async run(isQuick) {
    const messages = isQuick ? 10 : 100;
    const sockets = new SocketManager(defineChannels({ echo: { in: z.string(), out: z.string() } }), {
      compression: true,
      limits: { messageBurst: plenty, byteBurst: plenty },
      routes: { echo: (_socket, text) => text },
    });
    const { port } = await sockets.listen({ port: 0, path: '/ws', host: '127.0.0.1' });
    const server = { url: `ws://127.0.0.1:${port}/ws`, subject: wirepactSubject };
    const figures: Figure[] = [];
    for (const { number, name, cases } of deflateGroups) {
      let failed = 0;
      for (const one of cases) {
        const { grade, id, title, why } = await runDeflateCase(server, one, messages);
        if (grade === 'ok') continue;
        failed += 1;
        console.log(`${id} ${title}: ${why}`);
      }
      figures.push(
        {
          name: `group ${number}, ${name}: cases`,
          value: cases.length,
          unit: `of ${messages} messages each`,
        },
        { name: `group ${number}: failed`, value: failed, unit: '', atMost: 0 },
      );
    }
    await sockets.close();
    return figures;
  },
};
