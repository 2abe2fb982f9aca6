// What has changed in a session since it was last put down.

/** What has changed in a session, and is not put down. */
export interface Changes {
  /** The numbers of what was answered. */
  readonly answers: Set<number>;
  isStateNew: boolean;
  isDoneNew: boolean;
  /** The client has the newest secret. */
  isConfirmed: boolean;
  /** The list of its user's sessions may not name it. */
  isDoubtful: boolean;
}

export function noChanges(): Changes {
  return {
    answers: new Set(),
    isStateNew: false,
    isDoneNew: false,
    isConfirmed: false,
    isDoubtful: false,
  };
}

/** Two changes, one after the other, as one. */
export function merge(first: Changes, second: Changes): Changes {
  return {
    answers: new Set([...first.answers, ...second.answers]),
    isStateNew: first.isStateNew || second.isStateNew,
    isDoneNew: first.isDoneNew || second.isDoneNew,
    isConfirmed: first.isConfirmed || second.isConfirmed,
    isDoubtful: first.isDoubtful || second.isDoubtful,
  };
}
