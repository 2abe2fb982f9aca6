// Pages that are loaded again, and pages beside each other, in every browser.
import type { Page } from '@playwright/test';
import {
  becomeStable,
  cycles,
  expect,
  expectNothingLost,
  ledgerOf,
  openPage,
  settled,
  test,
} from './lifecycle/news-test.js';

test.describe.configure({ timeout: 30_000 + cycles * 10_000 });

const sessionsOf = async (page: Page): Promise<readonly (string | undefined)[]> =>
  (await ledgerOf(page)).connections.map(({ sessionId }) => sessionId);

test('hears everything once though it is loaded again and again, where its session is its tab’s', async ({
  news,
  page,
}) => {
  await openPage(page, news, 'session=tab');
  news.talk();
  for (let cycle = 0; cycle < cycles; cycle += 1) {
    await page.reload();
    await settled(page, news);
  }
  news.hush();
  await settled(page, news);
  const { heard, gaps, connections } = await ledgerOf(page);
  const all = Array.from({ length: news.said }, (_, index) => index + 1);
  expect(heard).toEqual({ news: all, bulletin: all, letter: all });
  expect(gaps).toEqual([]);
  expect(connections.map(({ resumed }) => resumed)).toEqual([
    false,
    ...Array<boolean>(connections.length - 1).fill(true),
  ]);
  expect(connections.length).toBeGreaterThan(cycles);
  expect(new Set(await sessionsOf(page)).size).toBe(1);
  expect(news.stats).toMatchObject({ clients: 1, connected: 1, gaps: 0 });
});

test('is somebody new when it is loaded again, where its session is its own', async ({ news, page }) => {
  await openPage(page, news);
  await page.reload();
  await expect.poll(async () => (await ledgerOf(page)).connections.length).toBe(2);
  const { connections, gaps } = await ledgerOf(page);
  expect(connections.map(({ resumed }) => resumed)).toEqual([false, false]);
  expect(gaps).toEqual([]);
});

test('leaves a tab alone that it was duplicated from', async ({ news, page }) => {
  await openPage(page, news, 'session=tab');
  news.talk();
  await settled(page, news);
  const opened = page.waitForEvent('popup');
  // a window that is opened by a page begins with a copy of its sessionStorage, as one that is duplicated does
  await page.evaluate(() => void window.open(`${location.pathname}?session=tab&name=copy`));
  const copy = await opened;
  await expect.poll(() => news.stats.clients).toBe(2);
  for (let cycle = 0; cycle < cycles; cycle += 1) {
    await becomeStable();
    news.breakLines();
    await settled(page, news);
  }
  news.hush();
  await settled(page, news);
  expect(new Set(await sessionsOf(page)).size).toBe(1);
  expect(await sessionsOf(copy)).not.toContain((await sessionsOf(page))[0]);
  const { heard, gaps } = await ledgerOf(page);
  expect(heard.news).toEqual(Array.from({ length: news.said }, (_, index) => index + 1));
  expect(gaps).toEqual([]);
});

test('loses nothing of what two tabs say and hear while their lines break', async ({
  news,
  page,
  context,
}) => {
  const other = await context.newPage();
  await openPage(page, news);
  await openPage(other, news, 'name=other');
  await expect.poll(() => news.stats.clients).toBe(2);
  news.talk();
  for (let cycle = 0; cycle < cycles; cycle += 1) {
    await becomeStable();
    news.breakLines();
    await settled(page, news);
    await settled(other, news);
  }
  await expectNothingLost(page, news);
  await expectNothingLost(other, news, { name: 'other' });
});
