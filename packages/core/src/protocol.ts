// The names and figures that both ends must agree on before the first frame.

/** The subprotocol that Wirepact's own client offers and its server chooses. */
export const subprotocol = 'wirepact.v1';

/** A second subprotocol that is offered, never chosen: what follows is the caller's token as base64url. */
export const tokenPrefix = 'wirepact.auth.';

/** A stream runs at most so many items, or so many characters of frames, ahead of what its reader has taken. */
export const streamWindow = { items: 16, characters: 65_536 } as const;
