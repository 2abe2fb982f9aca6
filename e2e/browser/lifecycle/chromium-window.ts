// A Chromium of one's own, driven as a user's is: Playwright's own one holds its pages visible, and thereby awake.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { chromium, type BrowserContext, type CDPSession, type Page } from '@playwright/test';

const executable = process.env.CHROMIUM_PATH ?? '/usr/bin/chromium';
const switches = [
  '--headless',
  '--no-sandbox',
  '--no-first-run',
  '--remote-debugging-port=0',
  '--enable-features=IntensiveWakeUpThrottling:grace_period_seconds/10',
];

export interface ChromiumWindow {
  readonly context: BrowserContext;
  readonly page: Page;
  readonly close: () => Promise<void>;
}

export async function openWindow(): Promise<ChromiumWindow> {
  const profile = await mkdtemp(join(tmpdir(), 'chromium-window-'));
  const child = spawn(executable, [...switches, `--user-data-dir=${profile}`, 'about:blank'], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const exited = once(child, 'exit');
  const end = async (): Promise<void> => {
    child.kill();
    await exited;
    await rm(profile, { recursive: true, force: true, maxRetries: 5 });
  };
  try {
    const browser = await chromium.connectOverCDP(await addressOf(child.stderr), { noDefaults: true });
    const [context] = browser.contexts();
    const page = context?.pages()[0];
    if (context === undefined || page === undefined) throw new Error('Chromium has no window');
    return { context, page, close: () => browser.close().then(end) };
  } catch (error) {
    await end();
    throw error;
  }
}

async function addressOf(output: NodeJS.ReadableStream): Promise<string> {
  for await (const line of createInterface(output)) {
    const address = /^DevTools listening on (\S+)/.exec(line)?.[1];
    if (address !== undefined) return address;
  }
  throw new Error('Chromium ended before it could be driven');
}

/** What happens to one page of such a window. */
export class PageLife {
  readonly #protocol: CDPSession;

  constructor(protocol: CDPSession) {
    this.#protocol = protocol;
  }

  static async of(page: Page): Promise<PageLife> {
    const protocol = await page.context().newCDPSession(page);
    await protocol.send('Network.enable');
    return new PageLife(protocol);
  }

  /** Hides the whole window, or shows it again. */
  async minimize(isMinimized: boolean): Promise<void> {
    const { windowId } = await this.#protocol.send('Browser.getWindowForTarget');
    const windowState = isMinimized ? 'minimized' : 'normal';
    await this.#protocol.send('Browser.setWindowBounds', { windowId, bounds: { windowState } });
  }

  /** Chromium freezes hidden pages only. */
  async freeze(isFrozen: boolean): Promise<void> {
    await this.#protocol.send('Page.setWebLifecycleState', { state: isFrozen ? 'frozen' : 'active' });
  }

  async disconnect(isOffline: boolean): Promise<void> {
    const anySpeed = { latency: 0, downloadThroughput: -1, uploadThroughput: -1 };
    await this.#protocol.send('Network.emulateNetworkConditions', { offline: isOffline, ...anySpeed });
  }
}
