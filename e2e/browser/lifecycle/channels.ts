// What the page of these tests and its server say to each other: everything is numbered, so that nothing goes missing unseen.
import { defineChannels } from '@wirepact/core';
import { z } from 'zod';

const Numbered = z.object({ n: z.number() });

export const channels = defineChannels({
  /** To a room, to everyone, and to one client alone. */
  news: { out: Numbered },
  bulletin: { out: Numbered },
  letter: { out: Numbered },
  /** From the page, which goes by a name of its own. */
  note: { in: Numbered.extend({ from: z.string() }) },
});

export type Channels = typeof channels;
