// People talk: what one window does, another one shows.
import { birds, expect, messageField, messages, say, sayAtOnce, test } from './chat-test.js';

test('two windows hear each other, and the writer sees that it was sent', async ({ open }) => {
  const ada = await open('Ada');
  const grace = await open('Grace');

  await say(ada, 'Is the wire up?');
  await expect(messages(grace)).toContainText('Is the wire up?');
  await expect(messages(ada).getByRole('listitem').filter({ hasText: 'Is the wire up?' })).toContainText(
    'Sent',
  );

  await say(grace, 'It hums.');
  await expect(messages(ada)).toContainText('It hums.');
  await expect(messages(ada).getByRole('listitem')).toHaveCount(2);
});

test('whoever comes later reads what was said before', async ({ open }) => {
  const ada = await open('Ada');
  await say(ada, 'First!');
  await expect(messages(ada)).toContainText('Sent');
  const grace = await open('Grace');
  await expect(messages(grace)).toContainText('First!');
});

test.describe('at a server that waits for a second', () => {
  // Firefox may close a page's connections before the page can say that it will not come back
  test.use({ waitsForMs: 1_000 });

  test('shows who is here, and no longer who has left', async ({ open }) => {
    const ada = await open('Ada');
    const grace = await open('Grace');
    await expect(birds(ada)).toHaveText([/Ada/, /Grace/]);
    await grace.close();
    await expect(birds(ada)).toHaveText([/Ada/]);
  });
});

test('shows who is typing until they have said it', async ({ open }) => {
  const ada = await open('Ada');
  const grace = await open('Grace');
  await messageField(grace).pressSequentially('Hm');
  await expect(ada.getByText('Grace is typing …')).toBeVisible();
  await messageField(grace).press('Enter');
  await expect(messages(ada)).toContainText('Hm');
  await expect(ada.getByText('Grace is typing …')).toBeHidden();
});

test('shows where somebody points, and what they send without words', async ({ open }) => {
  const ada = await open('Ada');
  const grace = await open('Grace');
  await expect(birds(grace)).toHaveCount(2);

  await grace.mouse.move(600, 400);
  await grace.mouse.move(640, 440);
  const cursor = ada.locator('.cursor');
  await expect(cursor).toHaveText('Grace');

  // where the pointer comes to rest is shown, however fast it came there
  await grace.getByRole('main').evaluate((pane) => {
    const { left, top, width } = pane.getBoundingClientRect();
    for (const part of [0.2, 0.4, 0.5]) {
      pane.dispatchEvent(new PointerEvent('pointermove', { clientX: left + part * width, clientY: top }));
    }
  });
  await expect(cursor).toHaveAttribute('style', /left: 50%/);

  await grace.getByRole('button', { name: 'Send a heart' }).click();
  await expect(birds(ada).filter({ hasText: 'Grace' }).locator('.floating')).toBeVisible();
  await expect(ada.getByRole('status').filter({ hasText: 'Grace sends a heart' })).toBeAttached();
});

test('keeps rooms apart, and says where something new was said', async ({ open }) => {
  const ada = await open('Ada');
  const grace = await open('Grace');
  await grace.getByRole('link', { name: 'Workshop' }).click();
  await expect(birds(ada)).toHaveText([/Ada/]);
  await expect(birds(grace)).toHaveText([/Grace/]);

  await say(grace, 'Pass me the pliers.');
  const workshop = ada.getByRole('link', { name: 'Workshop (new messages)' });
  await expect(workshop).toBeVisible();
  await expect(messages(ada)).not.toContainText('pliers');
  await workshop.click();
  await expect(messages(ada)).toContainText('pliers');
  await expect(ada.getByRole('link', { name: 'Workshop', exact: true })).toHaveAttribute(
    'aria-current',
    'page',
  );
  await ada.evaluate(() => history.back());
  await expect(ada.getByRole('heading', { name: 'Lobby' })).toBeVisible();

  // it is read however one comes there
  await say(grace, 'Thank you.');
  await expect(workshop).toBeVisible();
  await ada.evaluate(() => history.forward());
  await expect(messages(ada)).toContainText('Thank you.');
  await ada.getByRole('link', { name: 'Lobby' }).click();
  await expect(ada.getByRole('heading', { name: 'Lobby' })).toBeVisible();
  await expect(ada.getByRole('link', { name: 'Workshop', exact: true })).toBeVisible();
});

test('says so where it is not let into the room', async ({ page, url }) => {
  await page.addInitScript(() => {
    const { send } = WebSocket.prototype;
    WebSocket.prototype.send = function (data: string) {
      send.call(this, data.replace(/("path":"\$join".*)"lobby"/, '$1"cellar"'));
    };
  });
  await page.goto(`${url}/?name=Ada`);
  await expect(messages(page)).toHaveText(/^You are not in this room\. The server does not allow it\./);
  await expect(messages(page)).toHaveAttribute('aria-busy', 'false');
});

test('proposes another name for one that is taken', async ({ open }) => {
  const ada = await open('Ada');
  const grace = await open('Grace');
  await grace.getByRole('button', { name: 'Change name' }).click();
  const field = grace.getByRole('textbox', { name: 'Your name' });
  await field.press('ControlOrMeta+a');
  await field.pressSequentially('Ada');
  await field.press('Enter');
  await expect(grace.getByRole('alert')).toContainText('Somebody here is called “Ada” already.');

  await grace.getByRole('button', { name: 'Be “Ada 2”' }).click();
  await expect(birds(grace).filter({ hasText: '(you)' })).toContainText('Ada 2');
  await expect(birds(ada)).toHaveText([/Ada/, /Ada 2/]);
  await expect(grace.getByRole('button', { name: 'Change name' })).toBeFocused();
});

test('lets nobody take a banned name', async ({ open }) => {
  const ada = await open('Ada');
  await ada.getByRole('button', { name: 'Change name' }).click();
  const field = ada.getByRole('textbox', { name: 'Your name' });
  await field.press('ControlOrMeta+a');
  await field.pressSequentially('Banned');
  await ada.getByRole('button', { name: 'Save' }).press('Enter');
  await expect(ada.getByRole('alert')).toContainText('Nobody here may be called “Banned”.');
  await expect(birds(ada)).toHaveText([/Ada/]);
  await expect(field).toBeFocused();
});

test('asks who talks too fast to breathe, and lets them try again', async ({ open }) => {
  const ada = await open('Ada');
  await sayAtOnce(ada, ['one', 'two', 'three', 'four', 'five', 'six', 'seven']);
  const failed = messages(ada).getByRole('listitem').filter({ hasText: 'Breathe for' }).last();
  await expect(failed).toContainText('Not sent.');
  await expect(async () => {
    const again = messages(ada).getByRole('button', { name: 'Try again' }).last();
    if (await again.isVisible()) await again.click();
    await expect(messages(ada)).not.toContainText(/Not sent|Sending/, { timeout: 500 });
  }).toPass();
  await expect(messages(ada).getByRole('listitem')).toHaveCount(7);
});

test('tells the server’s time when it is asked for', async ({ open }) => {
  const ada = await open('Ada');
  await ada.getByRole('button', { name: 'Ask the server' }).click();
  await expect(ada.getByText(/answered in \d+ ms/)).toBeVisible();
});

test('follows the server’s log, stops, and follows again', async ({ open }) => {
  const ada = await open('Ada');
  const log = ada.getByRole('region', { name: 'Server log' }).last();
  await expect(log).toContainText('Ada is connected');
  await open('Grace');
  await expect(log).toContainText('Grace is connected');

  const follow = ada.getByRole('switch', { name: 'Follow' });
  await follow.click();
  await expect(ada.getByText('Not followed.')).toBeVisible();
  await open('Linus');
  await follow.click();
  await expect(log).toContainText('Linus is connected');
});
