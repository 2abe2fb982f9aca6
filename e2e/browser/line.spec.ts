// The line breaks: the page says so, comes back by itself, and tells what happened meanwhile.
import type { Page } from '@playwright/test';
import { birds, cutLine, expect, mendLine, messages, say, sayAtOnce, test } from './chat-test.js';

// what the browsers themselves write when a connection is refused
test.use({ expectedComplaints: /WebSocket|can’t establish a connection|was interrupted/ });

/** Waits until what is said on the line that was mended is taken: whatever comes by itself has come before that. */
async function cutAndReturn(page: Page): Promise<void> {
  await cutLine(page);
  await expect(page.getByText('You cut the line. Calling the server again.')).toBeVisible();
  await mendLine(page);
  await expect(messages(page)).toContainText('No message was missed.');
  await say(page, 'Back.');
  await expect(messages(page)).toContainText('Sent');
}

test('keeps what was said on both sides of a cut, and tells what became of it', async ({ open }) => {
  const ada = await open('Ada');
  const grace = await open('Grace');
  await grace.getByRole('link', { name: 'Workshop' }).click();
  await ada.getByRole('link', { name: 'Workshop' }).click();
  await expect(birds(grace)).toHaveCount(2);

  await cutLine(ada);
  await expect(ada.getByText('You cut the line. Calling the server again.')).toBeVisible();
  await expect(ada.getByText(/The server keeps your place for \d+\ss more\./)).toBeVisible();
  await expect(ada.getByRole('timer').first()).toHaveText(/Attempt \d+/);
  await expect(birds(grace)).toHaveText([/Grace/, /Ada \(away\)/]);
  await say(grace, 'Ada?');
  await say(grace, 'Are you there?');
  await expect(messages(grace).getByRole('listitem')).toHaveCount(2);
  await say(ada, 'Written while away.');
  await expect(messages(ada)).toContainText('Waiting for the line …');

  await mendLine(ada);
  const rows = messages(ada).getByRole('listitem');
  await expect(rows).toHaveText([
    /Written while away\..*Kept, and sent when you were back/,
    /^You cut the line\. Back after .*, at .*attempt.*\.No message was missed\. 2\smessages came meanwhile\. One of yours waited here\.$/,
    /Ada\?.*while you were away/,
    /Are you there\?.*while you were away/,
  ]);
  await expect(messages(grace)).toContainText('Written while away.');
  await expect(birds(grace)).toHaveText([/Grace/, /Ada$/]);
  await expect(ada.getByRole('list', { name: 'What happened to the line' })).toContainText('Back after');

  await say(grace, 'There you are.');
  await expect(rows.last()).toContainText('There you are.');
  await expect(rows.last()).not.toContainText('while you were away');
  await expect(rows).toHaveCount(5);
});

test('sends all that waited, in order, also where that is more than one may say at once', async ({
  open,
}) => {
  const ada = await open('Ada');
  const grace = await open('Grace');
  const texts = ['one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight'];
  await cutLine(ada);
  await expect(ada.getByText('You cut the line. Calling the server again.')).toBeVisible();
  await sayAtOnce(ada, texts);
  await mendLine(ada);
  await expect(messages(grace).locator('.message-text')).toHaveText(texts, { timeout: 15_000 });
  await expect(messages(ada)).toContainText('8 of yours waited here.');
  await expect(messages(ada)).not.toContainText('Not sent');
});

test('asks for nothing when it comes back, and is let into no room twice', async ({ open }) => {
  const ada = await open('Ada');
  await ada.evaluate(() => {
    const sent: string[] = [];
    const { send } = WebSocket.prototype;
    Object.assign(window, { sent });
    WebSocket.prototype.send = function (data: string) {
      sent.push((JSON.parse(data) as { path: string }).path);
      send.call(this, data);
    };
  });
  await cutAndReturn(ada);
  const sent = await ada.evaluate(() => (window as unknown as { sent: readonly string[] }).sent);
  expect(sent.filter((path) => /^(\$hello|\$join|history|chat)$/.test(path))).toEqual(['$hello', 'chat']);
});

test('shows a reaction once, also after a cut', async ({ open }) => {
  const ada = await open('Ada');
  const grace = await open('Grace');
  await ada.evaluate(() => {
    const flights: Element[] = [];
    Object.assign(window, { flights });
    new MutationObserver((changes) => {
      const added = changes.flatMap((change) => [...change.addedNodes]);
      flights.push(
        ...(added.filter((node) => node instanceof Element && node.matches('.floating')) as Element[]),
      );
    }).observe(document.body, { childList: true, subtree: true });
  });
  const flown = () =>
    ada.evaluate(() => (window as unknown as { flights: readonly Element[] }).flights.length);
  await grace.getByRole('button', { name: 'Send a heart' }).click();
  await expect.poll(flown).toBe(1);
  await expect(ada.locator('.floating')).toHaveCount(0);

  await cutAndReturn(ada);
  await grace.getByRole('button', { name: 'Sing along' }).click();
  await expect(ada.getByRole('status').filter({ hasText: 'Grace sings along' })).toBeAttached();
  expect(await flown()).toBe(2);
});

test('goes through many cuts while both talk, and each says each thing once', async ({ open }) => {
  const ada = await open('Ada');
  const grace = await open('Grace');
  for (const round of [1, 2, 3]) {
    await cutLine(ada);
    await say(grace, `Grace ${round}`);
    await say(ada, `Ada ${round}`);
    await mendLine(ada);
    await expect(messages(grace)).toContainText(`Ada ${round}`);
  }
  for (const page of [ada, grace]) {
    const said = messages(page)
      .getByRole('listitem')
      .filter({ hasText: /(Ada|Grace) \d/ });
    await expect(said).toHaveCount(6);
    for (const round of [1, 2, 3]) {
      for (const name of ['Ada', 'Grace']) {
        await expect(said.filter({ hasText: `${name} ${round}` })).toHaveCount(1);
      }
    }
  }
});

test.describe('at a server that waits for a second', () => {
  test.use({ waitsForMs: 1_000 });

  test('shows the gap when it was away for too long, and asks for what it missed', async ({ open }) => {
    const ada = await open('Ada');
    const grace = await open('Grace');
    await say(grace, 'Before.');
    await expect(messages(ada)).toContainText('Before.');
    await cutLine(ada);
    await say(ada, 'Written while away.');
    await say(grace, 'Meanwhile.');
    await expect(birds(grace)).toHaveText([/Grace/]);
    await expect(ada.getByText('there will be a gap')).toBeVisible();

    await mendLine(ada);
    await expect(messages(ada).getByRole('listitem')).toHaveText([
      /Before\./,
      /Written while away\..*Kept, and sent/,
      /^A gap\. You cut the line\..*The server no longer kept your place\. One message had to be asked for\. One of yours waited here\.$/,
      /Meanwhile\..*while you were away/,
    ]);
    await expect(messages(grace)).toContainText('Written while away.');
    await expect(birds(grace)).toHaveText([/Grace/, /Ada/]);
  });
});

test('tells of the gap after the server was killed and restarted', async ({ open, server }) => {
  test.setTimeout(60_000);
  const ada = await open('Ada');
  const grace = await open('Grace');
  await say(ada, 'Before.');
  await expect(messages(grace)).toContainText('Before.');

  await server.end('SIGKILL');
  await expect(ada.getByText('The line broke. Calling the server again.')).toBeVisible();
  await say(ada, 'While it was gone.');
  await server.start();

  for (const page of [ada, grace]) {
    await expect(messages(page)).toContainText('A gap. The line broke.', { timeout: 20_000 });
    await expect(messages(page)).toContainText('The server was restarted');
    await expect(messages(page)).toContainText('Before.');
    // the other one may be waiting for its next attempt
    await expect(birds(page)).toHaveCount(2, { timeout: 20_000 });
  }
  await expect(messages(ada)).toContainText('Kept, and sent when you were back');
  await expect(messages(grace)).toContainText('While it was gone.', { timeout: 20_000 });
  await say(grace, 'After.');
  await expect(messages(ada)).toContainText('After.');
});

test('says that the server hung up when it ends as it should', async ({ open, server }) => {
  const ada = await open('Ada');
  expect(await server.end('SIGTERM')).toBe(0);
  await expect(ada.getByText('The server hung up. Calling the server again.')).toBeVisible();
  await server.start();
  await expect(messages(ada)).toContainText('The server hung up. Back after', { timeout: 20_000 });
  await expect(messages(ada)).not.toContainText('A gap.');
});

/** Opens a window for which nothing answers at the socket's address until `answer` is called. */
async function visitUnanswered(page: Page, address: string): Promise<{ answer: () => Promise<void> }> {
  await page.addInitScript(() => {
    window.WebSocket = class extends WebSocket {
      constructor(url: string | URL, protocols?: string | string[]) {
        super(url, protocols);
        if (!('answers' in window)) this.close();
      }
    };
  });
  await page.goto(address);
  return { answer: () => page.evaluate(() => void Object.assign(window, { answers: true })) };
}

test('keeps what is written before the first connection, as one’s own', async ({ page, url }) => {
  const { answer } = await visitUnanswered(page, `${url}/?name=Ada`);
  await say(page, 'Is anybody there?');
  const row = messages(page).getByRole('listitem').filter({ hasText: 'Is anybody there?' });
  await expect(row).toHaveText(/^You.*Waiting for the line …$/);
  await answer();
  await expect(row).toHaveText(/^You.*✓ Sent$/);
});

test('tells of no outage before the first connection', async ({ page, url }) => {
  const { answer } = await visitUnanswered(page, `${url}/?name=Ada`);
  await expect(page.getByText('No answer yet. Calling the server again.')).toBeVisible();
  await expect(page.getByRole('timer').first()).toHaveText(/Attempt \d+/);
  await expect(page.getByText('Cut off')).toHaveCount(0);
  await say(page, 'Is anybody there?');
  await answer();
  await expect(messages(page)).toContainText('Sent');
  await expect(messages(page).getByRole('listitem')).toHaveText([/Is anybody there\?/]);
  await expect(page.getByRole('list', { name: 'What happened to the line' })).toHaveCount(0);
});

test('tells somebody who is refused why, and lets them in under another name', async ({ visit }) => {
  const page = await visit('/?name=banned');
  await expect(page.getByRole('heading', { name: 'You were not put through' })).toBeFocused();
  await expect(page.getByText('Nobody called “banned” is let onto this line.')).toBeVisible();
  await expect(page.getByText('Close code 4403, forbidden')).toBeVisible();

  await page.getByRole('textbox', { name: 'Another name' }).pressSequentially('Ada');
  await page.getByRole('button', { name: 'Call again' }).click();
  await expect(birds(page)).toHaveText([/Ada/]);
  await page.reload();
  await expect(birds(page)).toHaveText([/Ada/]);
});

test('refuses a window whose ticket cannot be read', async ({ open }) => {
  const page = await open('Ada');
  await page.evaluate(() =>
    sessionStorage.setItem('party-line.identity', JSON.stringify({ secret: 'short' })),
  );
  await page.reload();
  await expect(page.getByText('The server could not tell who is calling.')).toBeVisible();
});
