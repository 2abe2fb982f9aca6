// What the server of a turn sends, in bursts that are as fast as the load takes them.
import { setImmediate as nextTurn, setTimeout as delay } from 'node:timers/promises';
import type { Served } from './contender.js';
import { createTick, now, type Tick } from './messages.js';
import type { Burst, Receivers } from './server-commands.js';

/** After so many ms what may be dropped counts as dropped. */
const patienceMs = 5;

let sent = 0;
let acknowledged = 0;
let wakeSender: () => void = () => undefined;

/** What the streams are made of. When each tick was there for all; who reads late is late. */
const offeredAt: number[] = [];
let noteOfStream = '';
let wakeFollowers: () => void = () => undefined;
let offered = nextOffer();

function nextOffer(): Promise<void> {
  return new Promise((resolve) => (wakeFollowers = resolve));
}

/** One client's stream: every tick that was offered, each made for it alone. */
export async function* follow(): AsyncGenerator<Tick> {
  for (let number = 0; ; number += 1) {
    while (number >= offeredAt.length) await offered;
    yield createTick(noteOfStream, number, offeredAt[number]);
  }
}

/** The messages of so many turns have arrived everywhere. */
export function acknowledge(turns: number): void {
  acknowledged = Math.max(acknowledged, turns);
  wakeSender();
}

/** Sends bursts, each in a turn of the event loop of its own, with no more than a window of them unread. */
export async function sendBursts(served: Served, allRooms: number, burst: Burst): Promise<number> {
  const { seconds, maxTurns = Infinity, perTurn, windowTurns, acknowledgeEveryTurns, bytes, to } = burst;
  const note = 'x'.repeat(bytes);
  const isLossy = to === 'latest' || to === 'volatile';
  const send = createSend(served, to, burst.rooms ?? allRooms);
  const until = performance.now() + seconds * 1_000;
  let number = 0;
  sent = 0;
  acknowledged = 0;
  // what is not acknowledged by itself would be waited for in vain
  while ((performance.now() < until && sent < maxTurns) || sent % acknowledgeEveryTurns !== 0) {
    await waitUntilUnread(windowTurns - 1, isLossy);
    for (let index = 0; index < perTurn; index += 1) send(note, number++);
    sent += 1;
    await nextTurn();
  }
  await waitUntilUnread(0, isLossy);
  return sent;
}

async function waitUntilUnread(turns: number, isLossy: boolean): Promise<void> {
  while (sent - acknowledged > turns) {
    const woken = new Promise<void>((resolve) => (wakeSender = resolve));
    await (isLossy ? Promise.race([woken, delay(patienceMs)]) : woken);
    // the last ones may have been dropped for everybody
    if (isLossy && sent - acknowledged > turns) acknowledged += 1;
  }
}

/** @throws RangeError when the contender cannot send so */
export function createSend(served: Served, to: Receivers, rooms = 1): (note: string, number: number) => void {
  const { sendToEach, broadcastLatest, broadcastVolatile } = served;
  const sendToRoom = to === 'volatile rooms' ? served.sendToRoomVolatile : served.sendToRoom;
  if ((to === 'rooms' || to === 'volatile rooms') && sendToRoom) {
    let room = 0;
    return (note, number) => sendToRoom(`room${room++ % rooms}`, createTick(note, number));
  }
  if (to === 'streams') {
    return (note) => {
      noteOfStream = note;
      offeredAt.push(now());
      wakeFollowers();
      offered = nextOffer();
    };
  }
  const sends = {
    everyone: served.broadcast,
    each: sendToEach,
    latest: broadcastLatest,
    volatile: broadcastVolatile,
    rooms: undefined,
    'volatile rooms': undefined,
  };
  const send = sends[to];
  if (!send) throw new RangeError(`it cannot send to ${to}`);
  return (note, number) => send(createTick(note, number));
}
