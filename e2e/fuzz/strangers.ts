// What strangers do to a port: ask wrongly, say wrong things, come and go; and one who does nothing wrong.
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { text } from '../conformance/rfc6455/frame.js';
import { handshakeKey, RawClient } from '../conformance/rfc6455/raw-client.js';
import type { Chance } from './fuzz.js';
import { messageSeeds } from './message-seeds.js';
import { cutUp, mutateBytes, mutateText } from './mutation.js';
import { makeFrame } from './raw-frames.js';

const host = '127.0.0.1';
/** Who waits for longer for an answer is not served. */
const patienceMs = 20_000;

const handshake = (...headers: readonly string[]): Buffer =>
  Buffer.from(
    [
      ...['GET /ws HTTP/1.1', 'Host: localhost', 'Upgrade: websocket', 'Connection: Upgrade'],
      ...[`Sec-WebSocket-Key: ${handshakeKey}`, 'Sec-WebSocket-Version: 13', ...headers, '', ''],
    ].join('\r\n'),
  );

const offers = [
  ...['Sec-WebSocket-Protocol: wirepact.v1', 'Sec-WebSocket-Protocol: wirepact.v1, wirepact.auth.YW5u'],
  ...[
    'Sec-WebSocket-Extensions: permessage-deflate',
    'Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits',
  ],
  ...[
    'Origin: http://localhost',
    'Origin: https://evil.example',
    'Cookie: a=b',
    'X-Forwarded-For: 203.0.113.7',
  ],
];

/** One connection, from its beginning to whatever end it finds. Never rejects. */
export async function disturb(port: number, chance: Chance): Promise<void> {
  const socket = connect({ port, host, noDelay: true });
  socket.on('error', () => undefined);
  try {
    await Promise.race([once(socket, 'connect'), once(socket, 'close')]);
    const request = handshake(...offers.filter(() => chance.often(0.3)));
    const isWrong = chance.often(0.2);
    await write(socket, cutUp(isWrong ? mutateBytes(request, chance) : request, chance), chance);
    if (!isWrong) await Promise.race([once(socket, 'data'), once(socket, 'close'), delay(1_000)]);
    // who breaks a frame is not heard any more
    const breaksFrames = chance.often(0.4);
    // some never read what they are answered
    if (chance.often(0.8)) socket.resume();
    else socket.pause();
    for (let left = chance.below(60); left > 0 && !socket.destroyed; left -= 1) {
      await write(socket, cutUp(sayAnything(chance, breaksFrames), chance), chance);
    }
  } catch {
    // the line broke first
  } finally {
    if (chance.often(0.5)) socket.destroy();
    else if (chance.often(0.5)) socket.resetAndDestroy();
    else socket.end(() => socket.destroy());
  }
}

function sayAnything(chance: Chance, breaksFrames: boolean): Buffer {
  if (chance.often(0.1)) return text('{"path":"$hello"}');
  if (!breaksFrames || chance.often(0.5)) {
    const seed = chance.pick(messageSeeds);
    return text(chance.often(0.6) ? mutateText(seed, chance) : seed);
  }
  const frame = makeFrame(chance, chance.often(0.3));
  return chance.often(0.2) ? mutateBytes(frame, chance) : frame;
}

async function write(socket: Socket, pieces: readonly Buffer[], chance: Chance): Promise<void> {
  for (const piece of pieces.slice(0, 400)) {
    if (socket.destroyed) return;
    if (!socket.write(piece)) await Promise.race([once(socket, 'drain'), once(socket, 'close'), delay(50)]);
    if (chance.often(0.05)) await delay(0);
  }
  await delay(0);
}

/** Whether a client that does nothing wrong is answered. Never rejects. */
export async function isServed(port: number): Promise<boolean> {
  let client: RawClient | undefined;
  try {
    client = (await RawClient.attempt(`ws://${host}:${port}/ws`, [handshake()])).client;
    const late = AbortSignal.timeout(patienceMs);
    late.addEventListener('abort', () => client?.destroy());
    client.write([text('{"path":"echo","data":"well?","id":"polite"}')]);
    const isAnswer = ({ payload }: { readonly payload: Buffer }): boolean =>
      payload.includes('"id":"polite"');
    await client.until(() => client?.answers.some(isAnswer) === true);
    return client.answers.some(isAnswer);
  } catch {
    return false;
  } finally {
    client?.destroy();
  }
}
