// RFC 6455 through the whole server: every case of every group, with no extension negotiated.
import { describe, expect, test } from 'vitest';
import { startEchoServer } from './echo-server.js';
import { groups } from './groups.js';
import { runCase, type Verdict } from './run-case.js';
import { wirepactSubject } from './subject.js';

const testTimeoutMs = 60_000;
/** The largest message of group 9. */
const largestBytes = 16 * 1_024 * 1_024;

describe('the server conforms to RFC 6455', () => {
  test.each(groups)(
    'in group $number, $name: $count cases',
    async ({ number, cases, count }) => {
      expect(new Set(cases.map(({ id }) => id)).size).toBe(count);
      const { url, untilEmpty } = await startEchoServer(number === 9 ? largestBytes : undefined);
      const verdicts: Verdict[] = [];
      for (const one of cases) verdicts.push(await runCase({ url, subject: wirepactSubject }, one));
      expect(verdicts.filter(({ grade }) => grade !== 'ok')).toEqual([]);
      await untilEmpty();
    },
    testTimeoutMs,
  );

  test('in 301 cases', () => {
    expect(groups.reduce((sum, { cases }) => sum + cases.length, 0)).toBe(301);
  });
});
