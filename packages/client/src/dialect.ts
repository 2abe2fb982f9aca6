// Formats of frames for servers that do not speak Wirepact's own. They have an entry of their own, so that only clients
// that use them carry them.
import { eventPayloadClient } from '@wirepact/core/internal';
import { pathData, type ClientDialect } from './client-dialect.js';

const { subprotocol: _negotiated, ...messages } = pathData;

/**
 * `{path, data}` frames for servers that are not Wirepact's.
 * It offers no subprotocol. There are no rooms (`join` rejects with `unsupported`), no auth token, no sessions and no
 * heartbeat.
 */
export const plain: ClientDialect = messages;

/**
 * `{event, payload}` frames with rooms, as Vania's servers speak them.
 * It offers no subprotocol and sends no auth token. Such a server does not answer a join: `join` resolves once it is
 * sent, and a later refusal comes through `onRemoved` and `onError`. Its messages do not name their room, so listen
 * with `client.on`. It ignores ids, so requests fail with `timeout`. A Wirepact server with `dialect: 'event-payload'`
 * names the rooms and answers requests and streams.
 */
export const eventPayload: ClientDialect = {
  joins: true,
  decode(text) {
    const decoded = eventPayloadClient.decode(text);
    return decoded.ok ? decoded.frame : undefined;
  },
  encode: ({ path, data, ...head }) => eventPayloadClient.encode(path, JSON.stringify(data), head),
};
