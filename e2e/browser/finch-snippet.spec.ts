// The script of a page in the form that Finch's guide teaches, put into a page as it stands: no library, no import, and no
// key of a frame but path and data.
import { expect, test } from './chat-test.js';

// a page that is no page has no icon either
test.use({ expectedComplaints: /404/ });

const snippet = `
  const lines = [];
  const ws = new WebSocket('ws://' + location.host + '/ws');

  ws.onmessage = function (event) {
    const msg = JSON.parse(event.data);
    if (msg.path === 'output') lines.push('Output: ' + msg.data);
    if (msg.path === 'connected') lines.push('Connected: ' + msg.data.message);
    if (msg.path === 'test') lines.push('Test: ' + msg.data.length + ' ' + msg.data[0].host);
    if (msg.path === '$error') lines.push('Error: ' + msg.data.code);
  };
  ws.onclose = function () { lines.push('Closed'); };

  function getTime() { ws.send(JSON.stringify({ path: 'time', data: {} })); }
  function getTest() { ws.send(JSON.stringify({ path: 'test', data: {} })); }
  function sayHello() { ws.send('Hello, server!'); }
`;

declare const lines: readonly string[];

test('runs a page of Finch’s guide unchanged', async ({ server, visit }) => {
  const page = await visit('/healthz');
  const shown = () => page.evaluate(() => [...lines]);
  const does = (call: string) => page.evaluate(call);

  await page.addScriptTag({ content: snippet });
  await expect.poll(shown).toHaveLength(2);
  expect((await shown()).sort()).toEqual(['Connected: Connected.', 'Output: New user connected! count: 1']);

  await does('getTime()');
  await expect.poll(shown).toContainEqual(expect.stringMatching(/^Output: \d{4}-\d\d-\d\dT/));
  await does('getTest()');
  await expect.poll(shown).toContain(`Test: 1 ${new URL(server.url).host}`);

  // text that is no JSON does no harm: the connection stays, and the next message is answered
  await does('lines.length = 0, sayHello()');
  await expect.poll(shown).toEqual(['Error: bad_frame']);
  await does('getTest()');
  await expect.poll(shown).toHaveLength(2);
  expect(await shown()).not.toContain('Closed');
});
