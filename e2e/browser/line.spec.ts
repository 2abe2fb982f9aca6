// The line breaks: the page says so, comes back by itself, and tells what happened meanwhile.
import { birds, expect, messages, say, test } from './chat-test.js';

// what the browsers themselves write when a connection is refused
test.use({ expectedComplaints: /WebSocket|can’t establish a connection|was interrupted/ });

test('comes back after the line was cut, with its room and what was said meanwhile', async ({ open }) => {
  const ada = await open('Ada');
  const grace = await open('Grace');
  await grace.getByRole('link', { name: 'Workshop' }).click();
  await ada.getByRole('link', { name: 'Workshop' }).click();
  await expect(birds(grace)).toHaveCount(2);

  await ada.getByRole('button', { name: 'Cut the line' }).click();
  await expect(ada.getByText('You cut the line. Calling the server again.')).toBeVisible();
  await expect(ada.getByRole('timer').first()).toHaveText(/Attempt \d+ in \d\.\d\ss/);
  await expect(birds(grace)).toHaveText([/Grace/]);
  await say(grace, 'Ada?');
  await say(ada, 'Written while away.');
  await expect(messages(ada)).toContainText('Waiting for the line …');

  await expect(messages(ada)).toContainText(/You cut the line\. Back after .*, at attempt \d+\./, {
    timeout: 20_000,
  });
  await expect(messages(ada)).toContainText('Ada?');
  await expect(messages(ada)).toContainText('One message came meanwhile.');
  await expect(messages(ada)).not.toContainText('Waiting for the line …');
  await expect(messages(grace)).toContainText('Written while away.');
  await expect(birds(grace)).toHaveText([/Grace/, /Ada/]);
  await expect(ada.getByRole('list', { name: 'What happened to the line' })).toContainText(
    /Back after .* attempts\./,
  );

  await say(grace, 'There you are.');
  await expect(messages(ada)).toContainText('There you are.');
});

test('comes back after the server was killed and restarted', async ({ open, server }) => {
  const ada = await open('Ada');
  const grace = await open('Grace');
  await say(ada, 'Before.');
  await expect(messages(grace)).toContainText('Before.');

  await server.end('SIGKILL');
  await expect(ada.getByText('The line broke. Calling the server again.')).toBeVisible();
  await server.start();

  for (const page of [ada, grace]) {
    await expect(messages(page)).toContainText('The server was restarted', { timeout: 20_000 });
    await expect(messages(page)).toContainText('Before.');
    await expect(birds(page)).toHaveCount(2);
  }
  await say(grace, 'After.');
  await expect(messages(ada)).toContainText('After.');
});

test('says that the server hung up when it ends as it should, within a second', async ({ open, server }) => {
  const ada = await open('Ada');
  const { code, tookMs } = await server.end('SIGTERM');
  expect(code).toBe(0);
  expect(tookMs).toBeLessThan(1_000);
  await expect(ada.getByText('The server hung up. Calling the server again.')).toBeVisible();
  await server.start();
  await expect(messages(ada)).toContainText('The server hung up. Back after', { timeout: 20_000 });
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
