// What can be wrong with a delivery.

/**
 * - `lost`: accepted, never received, and no gap covers it;
 * - `duplicate`: received again;
 * - `disorder`: received after one that was sent later;
 * - `stranger`: received by somebody it was not for, or never sent;
 * - `empty gap`: told of a gap where nothing is missing;
 * - `broken chain`: a position that does not go on where the one before it ended;
 * - `run again`: handled more often than servers died over it, or after it was acknowledged;
 * - `never run`: acknowledged, and not handled.
 */
export type ViolationKind =
  'lost' | 'duplicate' | 'disorder' | 'stranger' | 'empty gap' | 'broken chain' | 'run again' | 'never run';

/** One breach of the promise. */
export interface Violation {
  readonly kind: ViolationKind;
  /** What happened, as a sentence. */
  readonly text: string;
  /** Who it happened to; absent for handlers. */
  readonly client?: string;
  readonly stream?: string;
  /** Absent for a gap. */
  readonly message?: string | number;
}
