// What a client says first: which session it had, and its positions in the logs. All of it is a hint; anything malformed counts
// as absent.
import type { Cursor } from '@wirepact/core/internal';
import type { Hub } from '../hub.js';
import { toRecord } from '../read-json.js';
import type { Identity, Session } from './session.js';

/** What a client said of itself. */
export interface Hello {
  readonly session: string | undefined;
  readonly token: string | undefined;
  /** Where it stands, by the name of the stream. */
  readonly streams: ReadonlyMap<string, Cursor>;
  /** Items it has of what is unanswered, by the number of the question. */
  readonly open: ReadonlyMap<number, number>;
}

/** Of so many streams it is heard where a client stands. */
const maxCursors = 10_000;

export function readHello(data: unknown): Hello {
  const { session, token, streams, open } = toRecord(data);
  const cursors = Object.entries(toRecord(streams)).slice(0, maxCursors);
  return {
    session: typeof session === 'string' ? session : undefined,
    token: typeof token === 'string' ? token : undefined,
    streams: new Map(cursors.filter((entry): entry is [string, Cursor] => isCursor(entry[1]))),
    open: new Map(
      Object.entries(toRecord(open))
        .map(([id, taken]) => [Number(id), taken] as const)
        .filter((entry): entry is [number, number] => entry[0] > 0 && entry.every(isPosition)),
    ),
  };
}

/** The session that a client may go on with. Whatever does not fit looks to it like one that nobody knows. */
export function findResumable(hub: Hub, hello: Hello, { userId }: Identity): Session | undefined {
  if (hello.session === undefined || hello.token === undefined) return undefined;
  const session = hub.roster.find(hello.session);
  const fits = session?.isHere === true && session.speaksProtocol && session.userId === userId;
  return fits && session.resumeToken.opens(hello.token) ? session : undefined;
}

/** Whether what came from outside can be a position. */
export function isCursor(value: unknown): value is Cursor {
  if (!Array.isArray(value) || value.length !== 2) return false;
  const [epoch, at] = value as readonly unknown[];
  return typeof epoch === 'string' && isPosition(at);
}

/** Whether it is a whole number from 0 on. */
export function isPosition(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}
