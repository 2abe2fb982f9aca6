// What browsers do to pages: take their network away, hide them, freeze them, keep them in the back/forward cache. Whatever it
// is, nothing is lost, and a page that is back is connected again at once.
import type { Page } from '@playwright/test';
import { openWindow, PageLife, type ChromiumWindow } from './lifecycle/chromium-window.js';
import type { NewsServer } from './lifecycle/news-server.js';
import {
  becomeStable,
  cycles,
  expect,
  expectNothingLost,
  ledgerOf,
  openPage,
  pass,
  recoveryMs,
  settled,
  test as newsTest,
} from './lifecycle/news-test.js';

const test = newsTest.extend<{ readonly window: ChromiumWindow }>({
  window: async ({}, provide) => {
    const window = await openWindow();
    await provide(window);
    await window.close();
  },
});

const isLong = cycles > 10;
test.describe.configure({ timeout: 30_000 + cycles * 10_000 });

/** Long enough for a few messages to be missed. */
const missSome = (): Promise<void> => pass(300);

/** Waits until the page of this name is shown. */
async function shows(page: Page, name: string): Promise<void> {
  await page.waitForFunction((expected) => window.writer === expected, name);
}

/** Says that all was heard, by one session, and soon after each return. */
async function expectRecovered(page: Page, news: NewsServer, returns = cycles): Promise<void> {
  await expectNothingLost(page, news);
  const { connections, recoveries } = await ledgerOf(page);
  expect(connections.map(({ resumed }) => resumed)).toEqual([false, ...Array<boolean>(returns).fill(true)]);
  // the first is how long the page took to load
  expect(recoveries).toHaveLength(returns + 1);
  expect(Math.max(...recoveries.slice(1))).toBeLessThan(recoveryMs);
}

test('loses nothing while it is offline, and does not call before it is back', async ({ news, window }) => {
  const { page } = window;
  await openPage(page, news);
  const life = await PageLife.of(page);
  news.talk();
  for (let cycle = 0; cycle < cycles; cycle += 1) {
    await becomeStable();
    await life.disconnect(true);
    news.breakLines();
    await expect.poll(() => news.stats.suspended).toBe(1);
    const { calls } = news;
    await missSome();
    expect(news.calls).toBe(calls);
    await life.disconnect(false);
    await settled(page, news);
  }
  await expectRecovered(page, news);
});

test('does not call at all while it is hidden and offline', async ({ news, window }) => {
  const { page } = window;
  await openPage(page, news);
  const life = await PageLife.of(page);
  news.talk();
  await life.minimize(true);
  await life.disconnect(true);
  news.breakLines();
  await expect.poll(() => news.stats.suspended).toBe(1);
  const { calls } = news;
  // a page that can be seen would try every 30 s
  await pass(isLong ? 65_000 : 1_500);
  expect(news.calls).toBe(calls);
  await life.minimize(false);
  await life.disconnect(false);
  await expectRecovered(page, news, 1);
});

test('loses nothing while it is frozen, and leaves the server alone', async ({ news, window }) => {
  const { page } = window;
  await openPage(page, news);
  const life = await PageLife.of(page);
  news.talk();
  await life.minimize(true);
  for (let cycle = 0; cycle < cycles; cycle += 1) {
    await life.freeze(true);
    await expect.poll(() => news.stats.suspended).toBe(1);
    const { calls } = news;
    await missSome();
    expect(news.calls).toBe(calls);
    await life.freeze(false);
    await settled(page, news);
  }
  await expectRecovered(page, news);
  const { signals } = await ledgerOf(page);
  expect(signals.filter((signal) => signal === 'freeze hidden')).toHaveLength(cycles);
});

test('loses nothing in the back/forward cache, which it does not keep itself out of', async ({
  news,
  window,
}) => {
  const { page } = window;
  await openPage(page, news);
  news.talk();
  for (let cycle = 0; cycle < cycles; cycle += 1) {
    await page.goto(`${news.url}/elsewhere`);
    await expect.poll(() => news.stats.suspended).toBe(1);
    await missSome();
    await page.evaluate(() => history.back());
    await page.waitForFunction(() => 'ledger' in window);
    await settled(page, news);
  }
  await expectRecovered(page, news);
  const { signals } = await ledgerOf(page);
  expect(signals.filter((signal) => signal === 'pageshow persisted')).toHaveLength(cycles);
});

test('goes on with the session of its tab, though other pages had it while it was in the cache', async ({
  news,
  window,
}) => {
  const { page } = window;
  await openPage(page, news, 'session=tab');
  news.talk();
  for (let cycle = 0; cycle < cycles; cycle += 1) {
    await page.goto(`${news.url}/page?session=tab&name=next`);
    await settled(page, news);
    // the other page says what it has taken
    await missSome();
    await page.evaluate(() => history.back());
    await shows(page, 'page');
    await settled(page, news);
  }
  news.hush();
  await settled(page, news);
  const { heard, gaps, errors, connections, signals } = await ledgerOf(page);
  expect(signals.filter((signal) => signal === 'pageshow persisted')).toHaveLength(cycles);
  expect(new Set(connections.map(({ sessionId }) => sessionId)).size).toBe(1);
  expect(connections.map(({ resumed }) => resumed)).toEqual([false, ...Array<boolean>(cycles).fill(true)]);
  expect(news.stats).toMatchObject({ clients: 1, connected: 1 });
  const all = Array.from({ length: news.said }, (_, index) => index + 1);
  expect([heard.news, heard.bulletin]).toEqual([all, all]);
  // the others took the letters that came meanwhile
  expect(new Set(gaps)).toEqual(new Set(['inbox: trimmed']));
  expect(heard.letter).toEqual([...new Set(heard.letter)].sort((one, other) => one - other));
  // and nobody knows what became of notes that were not acknowledged, but none came twice
  expect(errors.filter((code) => code !== 'unknown_outcome')).toEqual([]);
  const notes = news.notes.get('page') ?? [];
  expect(notes).toEqual([...new Set(notes)].sort((one, other) => one - other));
});

test('loses nothing in a hidden tab, whose lines break as well', async ({ news, window }) => {
  const { page, context } = window;
  await openPage(page, news);
  const front = await context.newPage();
  await openPage(front, news, 'name=front');
  await front.bringToFront();
  await expect.poll(async () => (await ledgerOf(page)).signals.at(-1)).toBe('visibilitychange hidden');
  await expect.poll(() => news.stats.clients).toBe(2);
  news.talk();
  for (let cycle = 0; cycle < cycles; cycle += 1) {
    await becomeStable();
    news.breakLines();
    await missSome();
    await settled(front, news);
    await settled(page, news);
  }
  await expectNothingLost(front, news, { name: 'front' });
  await expectNothingLost(page, news);
});

test('is not taken for dead while the timers of a hidden page hardly run', async ({ news, window }) => {
  test.setTimeout(420_000);
  const { page } = window;
  await openPage(page, news);
  const life = await PageLife.of(page);
  await life.minimize(true);
  await pass(isLong ? 300_000 : 3_000);
  news.talk();
  await settled(page, news);
  await life.minimize(false);
  await expectRecovered(page, news, 0);
  expect(news.stats).toMatchObject({ suspensions: 0, silentClosed: 0 });
});
