// S18: a binary message is a bad frame: answered, counted, and one too many of them closes.
import { expect, test } from 'vitest';
import { binary } from '../conformance/rfc6455/frame.js';
import { startServer } from './guarded-server.js';
import { RawLine } from './raw-line.js';

test('its bytes are never taken for text, and the eleventh closes with 4429', async () => {
  const { sockets, handled } = startServer();
  const line = await RawLine.open(sockets);
  for (let n = 1; n <= 10; n += 1) {
    line.write(binary('{"path":"note","data":1}'));
    await line.settle();
    expect(line.takeTexts()).toMatchObject([expect.stringContaining('"bad_frame"')]);
  }
  line.write(binary());
  await line.settle();
  expect(line.code).toBe(4429);
  expect(handled).toEqual([]);
  expect(sockets.stats()).toMatchObject({ badFrames: 11, limited: { badFrames: 1 } });
});
