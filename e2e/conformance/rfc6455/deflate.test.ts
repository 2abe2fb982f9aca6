// RFC 7692 through the whole server: every case of groups 12 and 13, with a few messages each; `npm run proof -- --only deflate` sends
// a hundred.
import { describe, expect, test } from 'vitest';
import { deflateGroups } from './deflate-cases.js';
import { startEchoServer } from './echo-server.js';
import { runDeflateCase } from './run-deflate-case.js';
import { wirepactSubject } from './subject.js';

const messages = 2;
const testTimeoutMs = 120_000;

describe('the server conforms to RFC 7692', () => {
  test.each(deflateGroups)(
    'in group $number, $name: $count cases',
    async ({ cases, count }) => {
      expect(new Set(cases.map(({ id }) => id)).size).toBe(count);
      const { url, untilEmpty } = await startEchoServer(undefined, true);
      for (const one of cases) {
        const verdict = await runDeflateCase({ url, subject: wirepactSubject }, one, messages);
        expect(verdict, verdict.why).toMatchObject({ grade: 'ok' });
      }
      await untilEmpty();
    },
    testTimeoutMs,
  );
});
