// What can go wrong when messages are delivered.

/**
 * What a delivery checker can find.
 * - `'lost'`: a message was accepted and never received, and no gap covers it;
 * - `'duplicate'`: a message was received again;
 * - `'disorder'`: a message was received after one that was sent later;
 * - `'stranger'`: a client received a message that was not for it, or that nobody sent;
 * - `'empty gap'`: a client was told of a gap in which nothing is missing;
 * - `'broken chain'`: a message's position does not continue from the position before it;
 * - `'run again'`: a message was handled again without a server having died over it, or after it was acknowledged;
 * - `'never run'`: a message was acknowledged before anything handled it.
 */
export type ViolationKind =
  'lost' | 'duplicate' | 'disorder' | 'stranger' | 'empty gap' | 'broken chain' | 'run again' | 'never run';

/** One violation that a delivery checker found. */
export interface Violation {
  /** What kind of violation it is. */
  readonly kind: ViolationKind;
  /** What happened, as one sentence. */
  readonly text: string;
  /** The client concerned; absent for handlers. */
  readonly client?: string;
  /** The log concerned; absent for handlers. */
  readonly log?: string;
  /** The key of the message; absent for a gap. */
  readonly message?: string | number;
}
