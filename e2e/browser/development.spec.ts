// In development StrictMode mounts everything twice, and Vite stands between the page and the server.
import { fileURLToPath } from 'node:url';
import { createServer } from 'vite';
import { birds, expect, messages, say, test } from './chat-test.js';

const root = fileURLToPath(new URL('../../examples/chat/web', import.meta.url));

test('opens one connection in StrictMode, through the proxy of Vite', async ({ browser, server }) => {
  const vite = await createServer({
    root,
    configFile: `${root}/vite.config.ts`,
    logLevel: 'silent',
    cacheDir: test.info().outputPath('vite'),
    server: { port: 0, hmr: false, watch: null, proxy: { '/ws': { target: server.url, ws: true } } },
  });
  await vite.listen();
  const page = await browser.newPage();
  await page.addInitScript(() => {
    const Native = window.WebSocket;
    const opened: string[] = [];
    Object.assign(window, { opened });
    window.WebSocket = class extends Native {
      constructor(url: string | URL, protocols?: string | string[]) {
        super(url, protocols);
        opened.push(new URL(url).pathname);
      }
    };
  });
  await page.goto(`${vite.resolvedUrls?.local[0]}?name=Ada`);
  await expect(birds(page)).toHaveText([/Ada/]);
  await say(page, 'Once.');
  await expect(messages(page)).toContainText('Sent');
  await expect(messages(page).getByRole('listitem')).toHaveCount(1);
  const opened = await page.evaluate(() => (window as unknown as { opened: string[] }).opened);
  expect(opened.filter((path) => path === '/ws')).toHaveLength(1);
  await page.close();
  await vite.close();
});
