// Messages to one session alone: a group of one, with a log of its own.
import { inboxName, type Log } from './log.js';
import type { Group, Membership, OpenLog } from '../rooms/rooms.js';
import type { Session } from '../session/session.js';

/** What was acknowledged is kept so long where an engine has it too. */
const keptForMs = 10_000;

/** A session's direct messages. */
export class Inbox implements Group {
  readonly name: string = inboxName;
  readonly session: Session;
  readonly log: Log;
  /** It has acknowledged everything up to `since`. */
  readonly membership: Membership = { since: 0, sinceMs: 0, byClient: false };

  constructor(session: Session, openLog: OpenLog) {
    this.session = session;
    this.log = openLog(this);
  }

  *sessions(): IterableIterator<Session> {
    yield this.session;
  }

  membershipOf(): Membership {
    return this.membership;
  }

  /** The client has everything up to a position: that need not be kept for it. */
  acknowledge(at: number): void {
    if (at <= this.membership.since || at > this.log.at) return;
    this.membership.since = at;
    // an engine may have to be given back its last moments, or who sent them would send them again
    const spare = this.log.source === undefined ? 0 : keptForMs;
    this.log.forget(at, this.session.hub.options.clock.now() - spare);
  }
}
