// The names and numbers on which both ends must agree before the first frame.

/** The subprotocol that Wirepact's client offers and Wirepact's server selects. */
export const subprotocol = 'wirepact.v1';

/** The prefix of a second subprotocol, which is offered but never selected: the auth token follows it, as base64url. */
export const tokenPrefix = 'wirepact.auth.';

/** How far a stream may run ahead of its reader: this many items, or this many characters of frames. */
export const streamWindow = { items: 16, characters: 65_536 } as const;
