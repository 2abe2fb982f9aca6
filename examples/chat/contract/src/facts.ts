// Plain values that both sides need at run time. No schema is imported here, so a page may load this file for free.

/** The rooms there are. */
export const rooms = [
  { id: 'lobby', name: 'Lobby', about: 'Say hello, stay a while.' },
  { id: 'workshop', name: 'Workshop', about: 'Things half built, and how to finish them.' },
  { id: 'observatory', name: 'Observatory', about: 'Quiet after ten. Look up.' },
] as const;

/** The name of a room on the wire. */
export type RoomId = (typeof rooms)[number]['id'];

/** What one may say without words. */
export const reactions = ['heart', 'song', 'spark', 'question'] as const;
export type ReactionName = (typeof reactions)[number];

/** How long a name, and a message, may be, in characters. */
export const maxNameLength = 24;
export const maxTextLength = 1_000;
