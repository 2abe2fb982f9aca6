// Other forms of frames than Wirepact's own, for servers that speak them. A sub-path, so that only who asks pays for it.
import { pathData, type Dialect } from '@wirepact/core/internal';

const { subprotocol: _negotiated, ...messages } = pathData;

/** `{path, data}` frames without the negotiation, for servers that are not Wirepact's: no rooms, no token, no stream window. */
export const plain: Dialect = { ...messages, name: 'plain' };
