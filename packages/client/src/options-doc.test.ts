// Compares the table of options in docs/client.md with the defaults in the code.
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { resolveOptions } from './options.js';

const page = readFileSync(new URL('../../../docs/client.md', import.meta.url), 'utf8');

test('every figure in the table of options is the default, and none is missing', () => {
  const said = Object.fromEntries(
    [...page.matchAll(/^\| `([\w.]+)` +\| (\d+|Infinity) +\|/gm)].map(([, name, figure]) => [
      name,
      Number(figure),
    ]),
  );
  const { reconnect, outbox, heartbeat, requestTimeoutMs } = resolveOptions({ url: '/ws' });
  expect(said).toEqual({
    ...named('reconnect', reconnect),
    ...named('outbox', outbox),
    ...named('heartbeat', heartbeat),
    requestTimeoutMs,
  });
});

function named(group: string, figures: object): Record<string, unknown> {
  return Object.fromEntries(Object.entries(figures).map(([name, figure]) => [`${group}.${name}`, figure]));
}
