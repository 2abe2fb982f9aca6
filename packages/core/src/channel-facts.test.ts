import { expect, it } from 'vitest';
import { z } from 'zod';
import { channelFacts } from './channel-facts.js';
import { defineChannels } from './contract.js';

const text = z.string();

it('names only what departs from the defaults', () => {
  const channels = defineChannels({
    plain: { in: text, out: text },
    reliable: { out: text, delivery: 'reliable', idempotent: false },
    cursor: { out: text, delivery: 'latest' },
    pointer: { out: z.object({ user: text }), delivery: 'latest', key: 'user' },
    typing: { in: text, delivery: 'volatile' },
    save: { in: text, idempotent: true },
    mark: { in: text, delivery: 'volatile', idempotent: true },
  });
  expect({ ...channelFacts(channels) }).toEqual({
    cursor: { delivery: 'latest' },
    pointer: { delivery: 'latest', key: 'user' },
    typing: { delivery: 'volatile' },
    save: { idempotent: true },
    mark: { delivery: 'volatile', idempotent: true },
  });
});

it('keeps a channel that is called like a member of every object', () => {
  const facts = channelFacts({ ['__proto__']: { in: text, idempotent: true } });
  expect(JSON.stringify(facts)).toBe('{"__proto__":{"idempotent":true}}');
});
