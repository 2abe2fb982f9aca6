// What the tests of a page's life share: a server that talks, and the account of what a page heard of it.
import { expect, test as base, type Page } from '@playwright/test';
import { bundlePage } from './bundle-page.js';
import { NewsServer } from './news-server.js';
import type { Ledger } from './page.js';

export { expect };

/** How often each thing happens to a page. */
export const cycles = Number(process.env.LIFECYCLE_CYCLES ?? 3);
/** How soon a page that is back is connected again, at the most. */
export const recoveryMs = 2_000;

interface Fixtures {
  readonly news: NewsServer;
}

export const test = base.extend<Fixtures, { readonly script: string }>({
  script: [
    async ({}, provide) => {
      await provide(await bundlePage());
    },
    { scope: 'worker' },
  ],
  news: async ({ script }, provide) => {
    const news = new NewsServer(script);
    await news.start();
    await provide(news);
    await news.close();
  },
});

export const ledgerOf = (page: Page): Promise<Ledger> => page.evaluate(() => window.ledger);

/** Opens a page of this name, which is in the room when it returns. It misses nothing from then on. */
export async function openPage(page: Page, news: NewsServer, query = 'name=page'): Promise<void> {
  await page.goto(`${news.url}/page?${query}`);
  await expect.poll(async () => (await ledgerOf(page)).joined).toBe(true);
}

export const pass = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
/** From then on a connection counts as stable, and its loss is answered by an attempt at once. */
export const becomeStable = (): Promise<void> => pass(1_100);

/** Waits until the page has heard all that was said by now. */
export async function settled(page: Page, news: NewsServer): Promise<void> {
  const { said } = news;
  const heardLeast = async (): Promise<number> => {
    const { heard } = await ledgerOf(page);
    return Math.min(...Object.values(heard).map((numbers) => numbers.at(-1) ?? 0));
  };
  await expect.poll(heardLeast, { timeout: 15_000 }).toBeGreaterThanOrEqual(said);
}

/** Says that both sides heard all, once and in order, and that nobody was told of a gap. */
export async function expectNothingLost(
  page: Page,
  news: NewsServer,
  { from = 1, name = 'page' } = {},
): Promise<void> {
  news.hush();
  await settled(page, news);
  const ledger = await ledgerOf(page);
  const all = Array.from({ length: news.said - from + 1 }, (_, index) => from + index);
  expect(ledger.heard).toEqual({ news: all, bulletin: all, letter: all });
  expect(ledger.gaps).toEqual([]);
  expect(ledger.errors).toEqual([]);
  const written = ledger.notes;
  await expect.poll(() => news.notes.get(name)?.length).toBeGreaterThanOrEqual(written);
  const notes = news.notes.get(name) ?? [];
  expect(notes).toEqual(notes.map((_, index) => index + 1));
}
