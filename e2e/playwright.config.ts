// The browser tests: every spec in Chromium and in Firefox. Each test starts the built example for itself.
import { defineConfig } from '@playwright/test';

export default defineConfig({
  testDir: './browser',
  outputDir: './test-results',
  fullyParallel: true,
  workers: 2,
  forbidOnly: true,
  retries: 0,
  reporter: [['list']],
  // these only end a test that hangs: no test waits for time but those of a page's life, where the browser's own clock
  // runs. A starved machine may be several times as slow
  timeout: 60_000,
  expect: { timeout: 15_000 },
  use: { screenshot: 'only-on-failure' },
  projects: [
    {
      name: 'chromium',
      use: { launchOptions: { executablePath: process.env.CHROMIUM_PATH ?? '/usr/bin/chromium' } },
    },
    {
      // Debian's own Firefox is driven over WebDriver BiDi, which this channel name selects
      name: 'firefox',
      // which needs a protocol that only Chromium speaks
      testIgnore: '**/lifecycle.spec.ts',
      use: {
        browserName: 'firefox',
        channel: 'moz-firefox',
        launchOptions: { executablePath: process.env.FIREFOX_PATH ?? '/usr/bin/firefox-esr' },
      },
    },
  ],
});
