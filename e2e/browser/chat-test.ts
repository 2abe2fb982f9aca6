// What the browser tests share: a server per test, windows of named guests, and a watch on the browser's console.
import { expect, test as base, type Locator, type Page } from '@playwright/test';
import { ChatServer } from './chat-server.js';

export { expect };

interface OpenOptions {
  readonly width?: number;
  readonly height?: number;
  readonly colorScheme?: 'light' | 'dark';
}

interface Fixtures {
  readonly server: ChatServer;
  /** Where the page is. */
  readonly url: string;
  /** Opens a window as somebody, and waits until they sit on the wire. */
  readonly open: (name: string, options?: OpenOptions) => Promise<Page>;
  /** Opens a window, and waits for nothing. */
  readonly visit: (path: string, options?: OpenOptions) => Promise<Page>;
  /** So long the server keeps a place for a window whose line is away. */
  readonly waitsForMs: number;
  /** Complaints that a test expects of the browser itself, such as about a server that it ended. */
  readonly expectedComplaints: RegExp;
}

export const test = base.extend<Fixtures>({
  waitsForMs: [60_000, { option: true }],
  expectedComplaints: [/^never$/, { option: true }],

  server: async ({ waitsForMs }, provide) => {
    const server = await ChatServer.start(waitsForMs);
    await provide(server);
    await server.end('SIGKILL');
  },

  url: async ({ server }, provide) => {
    await provide(server.url);
  },

  visit: async ({ browser, url, expectedComplaints }, provide, testInfo) => {
    const complaints: string[] = [];
    await provide(async (path, { width = 1280, height = 800, colorScheme = 'light' } = {}) => {
      const context = await browser.newContext({ viewport: { width, height }, colorScheme });
      const page = await context.newPage();
      page.on('pageerror', (error) => complaints.push(error.message));
      page.on('console', (message) => {
        if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text());
      });
      await page.goto(new URL(path, url).href);
      return page;
    });
    // a test that failed tells why by itself, and taking its screenshot makes the browser complain
    if (testInfo.status === testInfo.expectedStatus) {
      expect(complaints.filter((text) => !expectedComplaints.test(text))).toEqual([]);
    }
    for (const context of browser.contexts()) await context.close();
  },

  open: async ({ visit }, provide) => {
    await provide(async (name, options) => {
      const page = await visit(`/?name=${encodeURIComponent(name)}`, options);
      await expect(birds(page).filter({ hasText: '(you)' })).toContainText(name);
      return page;
    });
  },
});

/** Everybody on the wire. */
export const birds = (page: Page): Locator =>
  page.getByRole('list', { name: 'Here now' }).getByRole('listitem');
export const messages = (page: Page): Locator => page.getByRole('log');
export const messageField = (page: Page): Locator => page.getByRole('textbox', { name: /^Message to/ });

export async function say(page: Page, text: string): Promise<void> {
  // not fill(): in Firefox over BiDi React does not hear of it
  await messageField(page).pressSequentially(text);
  await messageField(page).press('Enter');
}

export const cutLine = (page: Page): Promise<void> =>
  page.getByRole('button', { name: 'Cut the line' }).click();
export const mendLine = (page: Page): Promise<void> =>
  page.getByRole('button', { name: 'Mend the line' }).click();

/** Says all of it faster than any keyboard, however busy the machine is. */
export function sayAtOnce(page: Page, texts: readonly string[]): Promise<void> {
  return messageField(page).evaluate(async (field, texts) => {
    const setValue = Object.getOwnPropertyDescriptor(HTMLTextAreaElement.prototype, 'value')!.set!;
    for (const text of texts) {
      setValue.call(field, text);
      field.dispatchEvent(new Event('input', { bubbles: true }));
      await new Promise((rendered) => setTimeout(rendered));
      (field as HTMLTextAreaElement).form!.requestSubmit();
    }
  }, texts);
}
