// Plain values that both the server and the page need at run time. This file imports no schema, so importing it adds
// almost nothing to the page's bundle.

/** The rooms of the chat. */
export const rooms = [
  { id: 'lobby', name: 'Lobby', about: 'Say hello, stay a while.' },
  { id: 'workshop', name: 'Workshop', about: 'Things half built, and how to finish them.' },
  { id: 'observatory', name: 'Observatory', about: 'Quiet after ten. Look up.' },
] as const;

/** The id of a room, as messages contain it. */
export type RoomId = (typeof rooms)[number]['id'];

/** The reactions from which a guest can choose. */
export const reactions = ['heart', 'song', 'spark', 'question'] as const;
export type ReactionName = (typeof reactions)[number];

/** The greatest length of a name and of a message, in characters. */
export const maxNameLength = 24;
export const maxTextLength = 1_000;
