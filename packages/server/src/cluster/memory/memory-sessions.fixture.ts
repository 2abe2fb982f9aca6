// The sessions as the engine in memory keeps them: who may claim one, and whose commits count.
import type {
  ClaimedSession,
  SessionClaim,
  SessionCommit,
  SessionOutcome,
  SessionPlace,
  SessionRecord,
} from '../broker.js';

interface KeptSession {
  readonly id: string;
  readonly userId: string | undefined;
  token: string;
  previousToken: string;
  /** Others that the client was given for the one before, and may have. */
  otherTokens: readonly string[];
  generation: number;
  processId: string;
  state: string;
  done: string;
  readonly answers: Map<number, string>;
  /** The processes that may know more of it. */
  holders: readonly string[];
  /** The name of the last claim, and the process that had it before that. */
  lastClaim?: { readonly name: string; readonly before: string };
  expiresAt: number;
  isEnded: boolean;
  /** What was said when it was ended. */
  said?: string | undefined;
}

/** Of more than so many tokens that were given for the same one the oldest are given up. */
const maxOtherTokens = 8;

/** Of more than so many processes that may know more of a session the oldest are given up. */
const maxHolders = 40;

/** Who puts something down, when, and how long it holds. */
export interface Putting {
  readonly processId: string;
  readonly now: number;
  readonly sessionMs: number;
}

/** A claim that has the same name when it is made again, because its answer was lost. */
export type NamedClaim = SessionClaim & { readonly name: string };

export class MemorySessions {
  readonly #sessions = new Map<string, KeptSession>();

  open(record: SessionRecord, { processId, now, sessionMs }: Putting): SessionOutcome {
    const {
      id,
      userId,
      token,
      previousToken = '',
      state,
      generation = 1,
      done = '',
      answers,
      holders = [],
    } = record;
    const kept = this.#find(id, now);
    if (kept?.isEnded === true) return 'ended';
    if (kept !== undefined && isElsewhere(kept, generation, processId)) return 'elsewhere';
    this.#sessions.set(id, {
      ...{ id, userId, token, previousToken, processId, state, generation, done, isEnded: false },
      otherTokens: [],
      holders,
      answers: new Map(answers),
      expiresAt: now + sessionMs,
    });
    return 'kept';
  }

  claim(
    { id, userId, token, nextToken, name }: NamedClaim,
    { processId, now, sessionMs }: Putting,
  ): ClaimedSession | undefined {
    const session = this.#find(id, now);
    if (session === undefined || session.isEnded) return undefined;
    if (session.lastClaim?.name !== name) {
      if (session.userId !== userId || !takeToken(session, token, nextToken)) return undefined;
      session.lastClaim = { name, before: session.processId };
      session.holders = [...new Set([...session.holders, session.processId])].slice(-maxHolders);
      session.generation += 1;
      session.processId = processId;
    }
    session.expiresAt = now + sessionMs;
    const { generation, state, done, answers, holders, lastClaim } = session;
    return { generation, processId: lastClaim.before, holders, state, done, answers: new Map(answers) };
  }

  commit(commit: SessionCommit, { processId, now, sessionMs }: Putting): SessionOutcome {
    const session = this.#find(commit.id, now);
    if (session?.isEnded === true) return 'ended';
    if (session === undefined || session.generation < commit.generation) return 'unknown';
    if (isElsewhere(session, commit.generation, processId)) return 'elsewhere';
    session.state = commit.state ?? session.state;
    session.done = commit.done ?? session.done;
    session.holders = commit.holders ?? session.holders;
    for (const [number, answer] of commit.answers ?? []) session.answers.set(number, answer);
    for (const number of commit.answersGone ?? []) session.answers.delete(number);
    if (commit.isConfirmed === true) {
      session.previousToken = '';
      session.otherTokens = [];
    }
    session.expiresAt = now + sessionMs;
    return 'kept';
  }

  end(id: string, { processId }: Putting, generation?: number, said?: string): boolean {
    const session = this.#sessions.get(id);
    if (session === undefined || session.isEnded) return false;
    if (generation !== undefined) {
      const isIts = session.generation === generation && session.processId === processId;
      return isIts && this.#sessions.delete(id);
    }
    // whoever has it does not know
    session.isEnded = true;
    session.said = said;
    return true;
  }

  endOf(id: string): string | undefined {
    return this.#sessions.get(id)?.said;
  }

  ofUser(userId: string, now: number): SessionPlace[] {
    const places: SessionPlace[] = [];
    for (const { id, processId, ...session } of this.#sessions.values()) {
      if (session.userId === userId && session.expiresAt > now && !session.isEnded)
        places.push({ id, processId });
    }
    return places;
  }

  place(id: string, now: number): SessionPlace | undefined {
    const session = this.#find(id, now);
    return session?.isEnded === false ? { id, processId: session.processId } : undefined;
  }

  clear(): void {
    this.#sessions.clear();
  }

  #find(id: string, now: number): KeptSession | undefined {
    const session = this.#sessions.get(id);
    if (session === undefined || session.expiresAt > now) return session;
    this.#sessions.delete(id);
    return undefined;
  }
}

/** Whether a process has it by a newer claim, or another one by the same: one that the engine had lost, and was made again. */
function isElsewhere(session: KeptSession, generation: number, processId: string): boolean {
  const isSame = session.generation === generation;
  return session.generation > generation || (isSame && session.processId !== processId);
}

/** Has a token opened a session, and another one open it next. Whether it does. */
function takeToken(session: KeptSession, token: string, nextToken: string): boolean {
  const isNewest = token === session.token;
  const opens = isNewest || token === session.previousToken || session.otherTokens.includes(token);
  if (token === '' || !opens) return false;
  session.otherTokens = isNewest ? [] : [...session.otherTokens, session.token].slice(-maxOtherTokens);
  session.previousToken = token;
  session.token = nextToken;
  return true;
}
