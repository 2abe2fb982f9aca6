// The sessions as Redis keeps them for whichever process their clients return to. Their state and answers are signed, because
// they decide what the clients are sent.
import type {
  BrokerListener,
  ClaimedSession,
  SessionClaim,
  SessionCommit,
  SessionOutcome,
  SessionPlace,
  SessionRecord,
} from '@wirepact/server';
import type { Engine } from './engine.js';
import type { Keys } from './keys.js';
import { unreadable } from './redis-script.js';
import {
  claimSessionCommand,
  commitSessionCommand,
  endSessionCommand,
  listedForMs,
  listSessionCommand,
  openSessionCommand,
  readClaimed,
  readCommitted,
  readOutcome,
  type SessionSettings,
} from './scripts/sessions.js';
import { notOurs, type SharedTexts } from './shared-text.js';

/** What the sessions need of the broker. */
export interface SessionsHost {
  readonly keys: Keys;
  readonly texts: SharedTexts;
  readonly listener: BrokerListener;
  readonly settings: SessionSettings;
  readonly tag: string;
  readonly engine: () => Engine;
}

/** What is signed of a session. */
type Signed = Pick<SessionCommit, 'state' | 'done' | 'answers'>;

/** Sessions as Redis keeps them. */
export class Sessions {
  readonly #host: SessionsHost;
  #claims = 0;

  constructor(host: SessionsHost) {
    this.#host = host;
  }

  async open(record: SessionRecord): Promise<SessionOutcome> {
    const { keys, settings } = this.#host;
    const { id, userId, done = '' } = record;
    const command = openSessionCommand(keys, { ...record, ...this.#sign({ ...record, done }) }, settings);
    const outcome = await this.#asks.insist(`session ${id} could not be stored`, command, readOutcome);
    if (userId !== undefined && outcome === 'kept') await this.#list(userId, id);
    return outcome;
  }

  async claim(claim: SessionClaim): Promise<ClaimedSession | undefined> {
    const { keys, settings, tag } = this.#host;
    const name = tag + (this.#claims += 1).toString(36);
    const command = claimSessionCommand(keys, claim, name, settings);
    const claimed = await this.#asks.ask(`session ${claim.id} could not be claimed`, command, readClaimed);
    return claimed && this.#check(claim.id, claimed);
  }

  async commit(commit: SessionCommit): Promise<SessionOutcome> {
    const { keys, settings } = this.#host;
    const signed = { ...commit, ...this.#sign(commit) };
    const command = commitSessionCommand(keys, signed, settings);
    const { outcome, userId } = await this.#asks.insist(
      `session ${commit.id} could not be stored`,
      command,
      readCommitted,
    );
    // the list may be lost alone, with its server of a cluster: what was sent to the user since has not found this session
    const isNew = userId !== undefined && (await this.#list(userId, commit.id));
    return isNew ? 'unknown' : outcome;
  }

  async end(id: string, generation?: number, said?: string): Promise<boolean> {
    const { keys, settings, engine } = this.#host;
    const what = `session ${id} could not be ended`;
    const command = endSessionCommand(keys, id, settings, { generation, said });
    // whoever has it ends it once
    const userId = await (generation === undefined
      ? this.#asks.ask(what, command, String)
      : this.#asks.insist(what, command, String));
    // an answer of nothing reads `null`: another process has it, or there is none
    if (userId === 'null') return false;
    if (userId !== '') engine().say(listSessionCommand(keys, userId, id, 0));
    return true;
  }

  async endOf(id: string): Promise<string | undefined> {
    const { session } = this.#host.keys.session(id);
    const command = { key: session, words: ['HGET', session, 'e'] };
    return this.#asks.ask(`why session ${id} ended could not be read`, command, (said) =>
      typeof said === 'string' && said !== '' ? said : undefined,
    );
  }

  async ofUser(userId: string): Promise<readonly SessionPlace[]> {
    const key = this.#host.keys.userSessions(userId);
    const ids = await this.#asks.ask(
      `the sessions of user "${userId}" could not be read`,
      { key, words: ['ZRANGE', key, '0', '-1'] },
      readIds,
    );
    // one that is listed and not there may be put down again in this moment: the list forgets it in time by itself
    const places = await Promise.all(ids.map((id) => this.find(id)));
    return places.filter((place) => place !== undefined);
  }

  find(id: string): Promise<SessionPlace | undefined> {
    const { session } = this.#host.keys.session(id);
    return this.#asks.ask(
      `session ${id} could not be looked up`,
      { key: session, words: ['HGET', session, 'w'] },
      (processId) => {
        return typeof processId === 'string' ? { id, processId } : undefined;
      },
    );
  }

  get #asks(): Engine['asks'] {
    return this.#host.engine().asks;
  }

  /** What of it its clients are sent, or where, as it is kept. */
  #sign({ id, state, done, answers }: Signed & { readonly id: string }): Signed {
    const { texts, keys } = this.#host;
    const { session, answers: key } = keys.session(id);
    return {
      ...(state !== undefined && { state: texts.kept(state, session, 'state') }),
      ...(done !== undefined && { done: texts.kept(done, session, 'done') }),
      ...(answers !== undefined && {
        answers: new Map(
          Array.from(answers, ([number, text]) => [number, texts.kept(text, key, String(number))]),
        ),
      }),
    };
  }

  /** What can be trusted of a session. One of which it is not known where it was is none any more. */
  #check(id: string, claimed: ClaimedSession): ClaimedSession | undefined {
    const { texts, keys, settings, listener, engine } = this.#host;
    const { session, answers: key } = keys.session(id);
    const state = texts.readKept(claimed.state, session, 'state');
    const done = texts.readKept(claimed.done, session, 'done');
    if (state === undefined || done === undefined) {
      listener.failed(notOurs(`session ${id}`));
      engine().say(
        endSessionCommand(keys, id, settings, { generation: claimed.generation, said: undefined }),
      );
      return undefined;
    }
    const answers = new Map<number, string>();
    for (const [number, signed] of claimed.answers) {
      const text = texts.readKept(signed, key, String(number));
      if (text === undefined) listener.failed(notOurs(`an answer of session ${id}`));
      else answers.set(number, text);
    }
    return { ...claimed, state, done, answers };
  }

  /** Has the user's list name the session. Whether that is new to it. */
  #list(userId: string, id: string): Promise<boolean> {
    const { keys, settings } = this.#host;
    const command = listSessionCommand(keys, userId, id, listedForMs(settings.sessionMs));
    return this.#asks.insist(
      `the sessions of user "${userId}" could not be stored`,
      command,
      (added) => added === 1,
    );
  }
}

function readIds(reply: unknown): readonly string[] {
  if (Array.isArray(reply) && reply.every((id) => typeof id === 'string')) return reply;
  throw unreadable('the sessions of a user', reply);
}
