// Everybody can use it: keyboards, screen readers, small screens, either colour scheme.
import type { Page } from '@playwright/test';
import {
  birds,
  cutLine,
  expect,
  mendLine,
  messageField,
  messages,
  say,
  sayAtOnce,
  test,
} from './chat-test.js';
import { lowContrasts } from './contrast.js';

// what the browsers themselves write where the line is cut
test.use({ expectedComplaints: /WebSocket|can’t establish a connection|was interrupted/ });

const controls = ['button', 'link', 'textbox', 'switch'] as const;

async function tabTo(page: Page, name: string): Promise<void> {
  const target = page.getByRole('button', { name });
  await expect(async () => {
    await page.keyboard.press('Tab');
    await expect(target).toBeFocused({ timeout: 100 });
  }).toPass();
}

test('is used by keyboard alone', async ({ open }) => {
  const page = await open('Ada');
  await page.keyboard.press('Tab');
  await expect(page.getByRole('link', { name: 'Skip to the message field' })).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(messageField(page)).toBeFocused();
  await page.keyboard.type('No mouse');
  await page.keyboard.press('Shift+Enter');
  await page.keyboard.type('was harmed.');
  await page.keyboard.press('Enter');
  await expect(messages(page)).toContainText('Sent');
  await expect(messageField(page)).toBeFocused();

  await tabTo(page, 'Change name');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('textbox', { name: 'Your name' })).toBeFocused();
  await page.keyboard.type('Lovelace');
  await page.keyboard.press('Enter');
  await expect(birds(page)).toHaveText([/Lovelace/]);

  await tabTo(page, 'Cut the line');
  await page.keyboard.press('Enter');
  await expect(page.getByText('You cut the line. Calling the server again.')).toBeVisible();
  await expect(page.getByRole('button', { name: 'Mend the line' })).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(messages(page)).toContainText('You cut the line. Back after');
  await expect(page.getByRole('button', { name: 'Cut the line' })).toBeFocused();
});

test('opens the panel of a small screen by keyboard, and gives the focus back', async ({ open }) => {
  const page = await open('Ada', { width: 320, height: 640 });
  await tabTo(page, 'You and the line');
  await page.keyboard.press('Enter');
  const panel = page.getByRole('complementary', { name: 'You and the line' });
  await expect(panel).toBeVisible();
  await expect(panel.getByRole('button', { name: 'Close' })).toBeFocused();
  await page.keyboard.press('Escape');
  await expect(panel).toBeHidden();
  await expect(page.getByRole('button', { name: 'You and the line' })).toBeFocused();
});

test('keeps the focus when the button that has it goes away', async ({ open, visit }) => {
  const ada = await open('Ada');
  await sayAtOnce(ada, ['one', 'two', 'three', 'four', 'five', 'six']);
  await messages(ada).getByRole('button', { name: 'Try again' }).press('Enter');
  await expect(messages(ada)).toBeFocused();

  await cutLine(ada);
  await ada.getByRole('button', { name: 'Mend it' }).press('Enter');
  await expect(messages(ada)).toContainText('You cut the line. Back after');
  await expect(messageField(ada)).toBeFocused();

  const refused = await visit('/?name=banned');
  await refused.getByRole('textbox', { name: 'Another name' }).pressSequentially('Grace');
  await refused.getByRole('button', { name: 'Call again' }).press('Enter');
  await expect(birds(refused)).toHaveCount(2);
  await expect(messageField(refused)).toBeFocused();
});

test('leaves the focus where it is when another button goes away', async ({ open }) => {
  const ada = await open('Ada');
  await cutLine(ada);
  await expect(ada.getByRole('button', { name: 'Mend it' })).toBeVisible();
  await messages(ada).focus();
  await ada.getByRole('button', { name: 'Mend the line' }).evaluate((button: HTMLElement) => button.click());
  await expect(messages(ada)).toContainText('You cut the line. Back after');
  await expect(messages(ada)).toBeFocused();
});

test('does not read out who is here while it cannot know', async ({ open }) => {
  const ada = await open('Ada');
  const list = ada.getByRole('list', { name: 'Here now' });
  await expect(list).toBeVisible();
  await cutLine(ada);
  await expect(list).toBeHidden();
  await mendLine(ada);
  await expect(list).toBeVisible();
});

for (const width of [320, 768, 1440]) {
  test(`has landmarks, names on all controls and no sideways scrolling at ${width} px`, async ({ open }) => {
    const page = await open('Ada', { width, height: 700 });
    await open('Somebody with a long nam');
    await messageField(page).pressSequentially('Averylongwordwithoutanyplacetobreakit'.repeat(4));
    await messageField(page).press('Enter');
    await expect(messages(page)).toContainText('Sent');

    for (const role of ['banner', 'navigation', 'main', 'log'] as const) {
      await expect(page.getByRole(role)).toHaveCount(1);
    }
    await expect(page.getByRole('heading', { level: 1 })).toHaveText('Lobby');
    if (width < 1_152) await page.getByRole('button', { name: 'You and the line' }).click();
    await expect(page.getByRole('complementary')).toBeVisible();
    for (const role of controls) {
      for (const control of await page.getByRole(role).all())
        await expect(control).toHaveAccessibleName(/\S/);
    }
    const overflow = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
    expect(overflow).toBeLessThanOrEqual(0);
  });
}

for (const colorScheme of ['light', 'dark'] as const) {
  test(`has readable text in its ${colorScheme} colours`, async ({ open, visit }) => {
    const page = await open('Ada', { width: 1440, colorScheme });
    const grace = await open('Grace');
    await messageField(grace).pressSequentially('Hello there');
    await messageField(grace).press('Enter');
    await messageField(page).pressSequentially('Good evening');
    await messageField(page).press('Enter');
    await expect(messages(page)).toContainText('Sent');
    expect(await lowContrasts(page)).toEqual([]);

    await cutLine(page);
    await expect(page.getByRole('timer').first()).toBeVisible();
    await expect(birds(grace).filter({ hasText: 'Ada' })).toContainText('(away)');
    await say(grace, 'Where are you?');
    await expect(messages(grace)).toContainText('Where are you?');
    await say(page, 'In the dark.');
    await expect(messages(page)).toContainText('Waiting for the line');
    expect(await lowContrasts(page)).toEqual([]);
    await mendLine(page);
    await expect(messages(page)).toContainText('while you were away');
    expect(await lowContrasts(page)).toEqual([]);

    expect(await lowContrasts(await visit('/?name=banned', { colorScheme }))).toEqual([]);
  });
}
