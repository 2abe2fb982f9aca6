// The sessions as the engine in memory keeps them: who may claim one, and whose word about it counts.
import type { ClaimedSession, SessionClaim, SessionCommit, SessionPlace, SessionRecord } from './broker.js';

interface KeptSession {
  readonly id: string;
  readonly userId: string | undefined;
  token: string;
  previousToken: string;
  generation: number;
  processId: string;
  state: string;
  done: string;
  readonly answers: Map<number, string>;
  expiresAt: number;
}

/** Who puts something down, when, and how long it holds. */
export interface Putting {
  readonly processId: string;
  readonly now: number;
  readonly sessionMs: number;
}

export class MemorySessions {
  readonly #sessions = new Map<string, KeptSession>();

  open({ id, userId, token, state }: SessionRecord, { processId, now, sessionMs }: Putting): void {
    const expiresAt = now + sessionMs;
    const fresh = { previousToken: '', generation: 1, done: '[]', answers: new Map(), expiresAt };
    this.#sessions.set(id, { id, userId, token, processId, state, ...fresh });
  }

  claim(
    { id, userId, token, nextToken }: SessionClaim,
    { processId, now, sessionMs }: Putting,
  ): ClaimedSession | undefined {
    const session = this.#find(id, now);
    if (session === undefined || session.userId !== userId || token === '') return undefined;
    if (token !== session.token && token !== session.previousToken) return undefined;
    const { state, done, processId: before } = session;
    session.previousToken = token;
    session.token = nextToken;
    session.generation += 1;
    session.processId = processId;
    session.expiresAt = now + sessionMs;
    const { generation } = session;
    return { generation, processId: before, state, done, answers: new Map(session.answers) };
  }

  commit(commit: SessionCommit, { now, sessionMs }: Putting): boolean {
    const session = this.#find(commit.id, now);
    // what nobody has was forgotten, and not taken
    if (session === undefined) return true;
    if (session.generation !== commit.generation) return false;
    session.state = commit.state ?? session.state;
    session.done = commit.done ?? session.done;
    for (const [number, answer] of commit.answers ?? []) session.answers.set(number, answer);
    for (const number of commit.answersGone ?? []) session.answers.delete(number);
    if (commit.isConfirmed === true) session.previousToken = '';
    session.expiresAt = now + sessionMs;
    return true;
  }

  end(id: string, generation: number | undefined): void {
    const session = this.#sessions.get(id);
    if (generation === undefined || session?.generation === generation) this.#sessions.delete(id);
  }

  ofUser(userId: string, now: number): SessionPlace[] {
    const places: SessionPlace[] = [];
    for (const { id, processId, ...session } of this.#sessions.values()) {
      if (session.userId === userId && session.expiresAt > now) places.push({ id, processId });
    }
    return places;
  }

  place(id: string, now: number): SessionPlace | undefined {
    const session = this.#find(id, now);
    return session && { id, processId: session.processId };
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
