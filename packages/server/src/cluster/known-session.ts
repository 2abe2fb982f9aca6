// What is known of a session: what the engine has of it, and what the processes add that had it.
import type { Ranges } from '@wirepact/core/internal';
import type { AnswerFrame } from '../routing/answer-store.js';
import type { ClaimedSession } from './broker.js';
import { areFrames, type HandedOver } from './process-messages.js';
import { parseJson } from '../read-json.js';
import { isWithin } from '../session/received-numbers.js';
import { decodeDone, decodeState, type SessionStateRecord } from './session-state.js';

/** What is known of a session. */
export interface KnownSession {
  readonly state: SessionStateRecord;
  /** The numbers that were handled, rising and apart. */
  readonly done: Ranges;
  /** The answers by the number of what was answered, the oldest first. */
  readonly answers: readonly (readonly [number: number, frames: readonly AnswerFrame[]])[];
  /** What is still being handled, and in which process. */
  readonly running: ReadonlyMap<number, string>;
  /** Whether the engine does not have all of it. */
  readonly isNews: boolean;
}

/** Whether it has ended where it was last. A process that was cut off may have ended one that has gone on elsewhere since. */
export function isOver(handedOver: readonly HandedOver[]): boolean {
  const last = Math.max(...handedOver.map(({ had = 0 }) => had));
  return handedOver.some((known) => known.isOver === true && (known.had ?? 0) >= last);
}

export function combineKnown(claimed: ClaimedSession, said: readonly HandedOver[]): KnownSession {
  // who had it last comes last: it has heard of most
  const handedOver = [...said].sort((one, other) => (one.had ?? 0) - (other.had ?? 0));
  const put = decodeDone(claimed.done);
  const done = unite([...put, ...handedOver.flatMap((known) => decodeDone(known.done ?? ''))]);
  const isDone = (number: number): boolean => isWithin(done, number);
  // one process may not have heard yet what another one knows to be done
  const running = new Map(
    handedOver.flatMap((known) => known.running ?? []).filter(([number]) => !isDone(number)),
  );
  const newer = findNewerState(claimed, handedOver.at(-1));
  const answers = new Map(handedOver.flatMap((known) => known.answers ?? []));
  const isAnswered = [...answers.keys()].some((number) => !claimed.answers.has(number));
  for (const [number, text] of claimed.answers)
    if (!answers.has(number)) answers.set(number, readFrames(text));
  return {
    state: decodeState(newer ?? claimed.state),
    done,
    answers: [...answers].sort(([one], [other]) => one - other),
    running,
    isNews: newer !== undefined || isAnswered || JSON.stringify(done) !== JSON.stringify(unite(put)),
  };
}

/** Where the session was last, unless the engine has that, or something newer. */
function findNewerState({ state }: ClaimedSession, last: HandedOver | undefined): string | undefined {
  if (last?.state === undefined) return undefined;
  return decodeState(last.state).by >= decodeState(state).by ? last.state : undefined;
}

/** Ranges in any order, which may overlap, as rising ones that are apart. */
function unite(ranges: Ranges): Ranges {
  const united: [first: number, last: number][] = [];
  for (const [first, last] of [...ranges].sort(([one], [other]) => one - other)) {
    const before = united.at(-1);
    if (before === undefined || first > before[1] + 1) united.push([first, last]);
    else before[1] = Math.max(before[1], last);
  }
  return united;
}

function readFrames(text: string): readonly AnswerFrame[] {
  const frames = parseJson(text);
  return areFrames(frames) ? frames : [];
}
