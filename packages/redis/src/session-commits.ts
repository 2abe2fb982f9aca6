// Changes of sessions on their way: one of a session at a time, and those that come meanwhile become one.
import type { SessionCommit, SessionOutcome } from '@wirepact/server';

interface Waiting {
  commit: SessionCommit;
  readonly settled: Promise<SessionOutcome>;
  readonly settle: (outcome: Promise<SessionOutcome>) => void;
}

/** Changes of sessions on their way. */
export class SessionCommits {
  readonly #send: (commit: SessionCommit) => Promise<SessionOutcome>;
  /** By session: what waits behind the one that is under way. */
  readonly #underWay = new Map<string, Waiting | undefined>();

  constructor(send: (commit: SessionCommit) => Promise<SessionOutcome>) {
    this.#send = send;
  }

  add(commit: SessionCommit): Promise<SessionOutcome> {
    const { id } = commit;
    if (!this.#underWay.has(id)) {
      this.#underWay.set(id, undefined);
      return this.#begin(commit);
    }
    const waiting = this.#underWay.get(id);
    // what was put down under an older generation is refused by itself
    if (waiting !== undefined && waiting.commit.generation === commit.generation) {
      waiting.commit = merge(waiting.commit, commit);
      return waiting.settled;
    }
    let settle!: Waiting['settle'];
    const settled = new Promise<SessionOutcome>((resolve) => (settle = resolve));
    const next: Waiting = { commit, settled, settle };
    if (waiting !== undefined) waiting.settle(this.#send(waiting.commit));
    this.#underWay.set(id, next);
    return settled;
  }

  async #begin(commit: SessionCommit): Promise<SessionOutcome> {
    try {
      return await this.#send(commit);
    } finally {
      const waiting = this.#underWay.get(commit.id);
      this.#underWay.delete(commit.id);
      if (waiting !== undefined) waiting.settle(this.add(waiting.commit));
    }
  }
}

/** Two changes, one after the other, as one. */
function merge(first: SessionCommit, second: SessionCommit): SessionCommit {
  const answers = new Map([...(first.answers ?? []), ...(second.answers ?? [])]);
  for (const number of second.answersGone ?? [])
    if (second.answers?.has(number) !== true) answers.delete(number);
  const answersGone = new Set([...(first.answersGone ?? []), ...(second.answersGone ?? [])]);
  return {
    ...first,
    ...second,
    answers,
    answersGone: [...answersGone],
    isConfirmed: isConfirmed(first, second),
    isDoubtful: first.isDoubtful === true || second.isDoubtful === true,
  };
}

function isConfirmed(first: SessionCommit, second: SessionCommit): boolean {
  return first.isConfirmed === true || second.isConfirmed === true;
}
