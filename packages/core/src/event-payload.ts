// The `event-payload` dialect: `{event, payload}` frames, as Vania's pages and servers use them, rooms included. The
// two ends read and write different names, so there is one object for each.
import { encodeHead, parseObject, toFrame, type Decoded } from './codec.js';
import type { Dialect } from './dialect.js';

/**
 * The client's events that concern the connection itself. Where there are two spellings, both are read and the first is
 * written.
 */
const clientEvents: ReadonlyMap<string, string> = new Map([
  ['joinRoom', '$join'],
  ['join-room', '$join'],
  ['leftRoom', '$leave'],
  ['leave-room', '$leave'],
  ['ping', '$ping'],
]);

/**
 * The server's events that concern the connection itself. `joinRoom` and `leftRoom` only answer a message with an `id`.
 */
const serverEvents: ReadonlyMap<string, string> = new Map([
  ['joinRoom', '$join'],
  ['leftRoom', '$leave'],
  ['pong', '$pong'],
  ['error', '$error'],
]);

const name = 'event-payload';
const plainPaths: ReadonlySet<string> = new Set(['$join', '$leave', '$ping']);

/**
 * `event-payload` as a server speaks it. A client joins with `{event: 'joinRoom', room}` or `{event: 'join-room',
 * payload: {room}}`, and leaves likewise with `leftRoom` or `leave-room`. `ping` is answered with `pong`, and a faulty
 * message with the event `error`. An `id`, which only Wirepact's clients send, requests an answer, as it does in plain
 * `{path, data}` frames.
 */
export const eventPayloadServer: Dialect = {
  name,
  plainPaths,
  namesRooms: true,
  takenNames: { in: clientEvents, out: serverEvents },
  decode: (text) => decode(text, clientEvents),
  encode(path, json, head) {
    const payload = json === undefined ? '' : `,"payload":${json}`;
    return `{"event":${JSON.stringify(nameIn(serverEvents, path))}${payload}${encodeHead(head)}}`;
  },
  nameOf: (path) => nameIn(serverEvents, path),
  greeting: (sessionId) => `{"event":"connected","payload":{"session_id":${JSON.stringify(sessionId)}}}`,
};

/**
 * `event-payload` as a client speaks it. The greeting is an ordinary event `connected`, which reaches its listeners.
 * Requests carry an `id` beside the event. A Wirepact server answers it; a server that does not know ids never does,
 * and the request fails with `timeout`.
 */
export const eventPayloadClient: Dialect = {
  name,
  plainPaths,
  decode: (text) => decode(text, serverEvents),
  encode(path, json, head) {
    const event = JSON.stringify(nameIn(clientEvents, path));
    // the room is beside the event, not inside the payload
    const isMembership = path === '$join' || path === '$leave';
    const data = json === undefined ? '' : isMembership ? `,${json.slice(1, -1)}` : `,"payload":${json}`;
    return `{"event":${event}${data}${encodeHead(head)}}`;
  },
};

function decode(text: string, events: ReadonlyMap<string, string>): Decoded {
  const parsed = parseObject(text);
  if (!parsed.ok) return parsed;
  const { event, payload, room, id, error, more, end } = parsed.value;
  if (typeof event !== 'string' || event === '') return { ok: false, why: 'the message has no event' };
  if (event.startsWith('$')) return { ok: false, why: 'no event begins with "$"' };
  const path = events.get(event) ?? event;
  return toFrame({ path, data: dataOf(path, payload, room), room, id, error, more, end });
}

function dataOf(path: string, payload: unknown, room: unknown): unknown {
  const details = (typeof payload === 'object' && payload !== null ? payload : {}) as { room?: unknown };
  if (path === '$join' || path === '$leave') return { room: toRoomName(room ?? details.room) };
  // some servers have no error codes and say only what happened
  return path === '$error' ? { code: 'internal', ...details } : payload;
}

/** Pages that number their rooms may keep doing so. */
function toRoomName(room: unknown): unknown {
  return typeof room === 'number' ? String(room) : room;
}

function nameIn(events: ReadonlyMap<string, string>, path: string): string {
  if (!path.startsWith('$')) return path;
  for (const [event, named] of events) if (named === path) return event;
  return path;
}
