// The rule of the ACL that people copy: one and the same wherever it stands. That it is enough is tried by the tests of
// @wirepact/redis, and by the browser tests.
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';

it('is the same in the documents and in the configuration of the example', () => {
  const rules = ['packages/redis/README.md', 'docs/scaling.md', 'examples/chat/deploy/redis.conf'].map(
    (file) => {
      const text = readFileSync(new URL(`../../${file}`, import.meta.url), 'utf8');
      return /^(?:ACL SETUSER|user) wirepact on >\S+ (.*)$/m.exec(text)?.[1];
    },
  );
  expect(rules[0]).toContain('+spublish');
  expect(new Set(rules).size).toBe(1);
});
