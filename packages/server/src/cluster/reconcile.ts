// Compares the mirror of a log with a part of that log: delivers what was missed, gives back what the engine has lost, and
// reports the rest as a gap.
import type { LogHead, LogPage, SharedEntry } from './broker.js';
import { createEpoch } from '../delivery/logs.js';
import type { Log } from '../delivery/log.js';
import { catchUp, introduce, noteLag } from '../delivery/replay.js';
import { encodeShared, nothingShared } from './shared-message.js';
import type { Mirror } from './mirror.js';

/** Whether the mirror is now what the log was; `page` is what the log has from the newest entry of the mirror on. */
export async function reconcile(mirror: Mirror, page: LogPage): Promise<boolean> {
  const { log, name, group, host } = mirror;
  if (mirror.isClosed) return true;
  if (page.epoch !== log.epoch) {
    await startAgain(mirror);
    return true;
  }
  if (page.at < log.at) {
    const lost = heldAfter(mirror, page);
    if (lost === undefined) await host.broker.renew(name, log.epoch, createEpoch());
    else await host.broker.restore(name, page, lost);
    return false;
  }
  const [first, second] = page.entries;
  const next = first?.at === log.at ? second : first;
  const isOther = first?.at === log.at && log.size > 0 && !holds(log, first);
  if (isOther || (next !== undefined && next.after < log.at)) {
    // somebody wrote on after the engine had lost what is held here: who reads on from there is to be told of it
    await host.broker.renew(name, log.epoch, createEpoch());
    return false;
  }
  if (page.floor > log.at) skipTo(mirror, page.floor);
  for (const entry of page.entries) if (entry.at > log.at) mirror.deliver(entry);
  for (const session of group.sessions()) catchUp(session);
  return true;
}

/** Whether this very message is held by a mirror. */
export function holds(log: Log, { at, body }: SharedEntry): boolean {
  const held = log.find(at);
  return held !== undefined && encodeShared(held.message, held.exceptId) === body;
}

/** What the engine has lost after its head; `undefined` when it is not all held here. */
function heldAfter({ log, group }: Mirror, { at }: LogHead): readonly SharedEntry[] | undefined {
  const held = Array.from(log.after(at), ({ at, after, time, message, exceptId }) => {
    return { at, after, time, body: encodeShared(message, exceptId) };
  });
  if (at >= log.floor) return log.stands(at) ? held : undefined;
  // of an inbox the only one who reads it has taken what is not held
  return group.session && [{ at: log.floor, after: at, time: log.usedAt, body: nothingShared }, ...held];
}

/** What lies before `floor` cannot be had: those who have not read it are told. */
function skipTo({ log, group }: Mirror, floor: number): void {
  for (const session of group.sessions()) {
    if (session.connection !== undefined && session.behind?.has(log.name) !== true) {
      noteLag(session, log, log.at);
    }
  }
  log.restart(log.epoch, floor);
}

/** The log was made anew, or given another epoch: everybody is told, and read to from where the two part. */
async function startAgain(mirror: Mirror): Promise<void> {
  const { name, log, group, host } = mirror;
  const page = await host.broker.read(name, { after: 0, epoch: log.epoch });
  if (mirror.isClosed) return;
  const common = page.entries.filter((entry) => entry.at === log.floor || holds(log, entry));
  const parting = common.at(-1)?.at ?? page.floor;
  const [before, stood] = log.head;
  const readers = Array.from(
    group.sessions(),
    (session) => [session, session.behind?.get(log.name)] as const,
  );
  log.restart(page.epoch, parting);
  for (const entry of page.entries) if (entry.at > parting) log.take(host.decode(entry, group));
  for (const [session, reader] of readers) {
    const membership = group.membershipOf(session);
    if (membership === undefined) continue;
    membership.since = Math.min(membership.since, parting);
    // whoever is being found out about is read to after that
    if (reader?.isHeld === true || session.connection === undefined) continue;
    if (session.speaksProtocol) {
      introduce(session, log, [before, reader?.at ?? stood], { membership, values: log.latest });
    } else {
      noteLag(session, log, parting);
      catchUp(session);
    }
  }
}
