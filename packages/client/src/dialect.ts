// Other forms of frames than Wirepact's own, for servers that speak them. A sub-path, so that only who asks pays for it.
import { eventPayloadClient } from '@wirepact/core/internal';
import { pathData, type ClientDialect } from './client-dialect.js';

const { subprotocol: _negotiated, ...messages } = pathData;

/** `{path, data}` frames without the negotiation, for servers that are not Wirepact's: no rooms, no token, no stream window. */
export const plain: ClientDialect = messages;

/**
 * `{event, payload}` frames as Vania's servers speak them, rooms included, no token. Such a server answers no join: `join`
 * resolves once it is sent, and what is refused later comes out of `onRemoved` and `onError`. It says of no message
 * which room it was sent to: listen with `client.on`. And it knows no ids, so that requests end as `timeout`.
 * A Wirepact server with `dialect: 'event-payload'` names the rooms, and answers requests and streams.
 */
export const eventPayload: ClientDialect = {
  joins: true,
  decode(text) {
    const decoded = eventPayloadClient.decode(text);
    return decoded.ok ? decoded.frame : undefined;
  },
  encode: ({ path, data, ...head }) => eventPayloadClient.encode(path, JSON.stringify(data), head),
};
