// Which of a client's numbered messages were handled, so that it need not send them again.
import type { Frame, Ranges } from '@wirepact/core/internal';
import type { Session } from './session.js';

export function isWithin(ranges: Ranges, number: number): boolean {
  return ranges.some(([first, last]) => first <= number && number <= last);
}

/** The number a message has in its session's series, if it has one. */
export function numberOf({ speaksProtocol }: Session, { seq, id }: Frame): number | undefined {
  const number = seq ?? id;
  const isOne = speaksProtocol && Number.isSafeInteger(number) && (number as number) > 0;
  return isOne ? (number as number) : undefined;
}

/**
 * Notes a number. `false` when it was seen before, unless by a process that died over it: on one line numbers rise, and what
 * is sent again was sent in order.
 */
export function noteNumber(session: Session, number: number): boolean {
  const isUnhandled = session.shared?.unhandled.take(number) === true;
  if (number <= session.highest) return isUnhandled;
  session.highest = number;
  return true;
}

/** Every number that was seen, but for those that are being handled. */
export function handledNumbers({ calls, highest, shared }: Session): Ranges {
  const open: Ranges[number][] = [...(shared?.unhandled.ranges ?? [])];
  for (const { number, stream } of calls) {
    // of one that has told its end only a middleware still runs
    if (number !== undefined && stream?.hasEnded !== true) open.push([number, number]);
  }
  for (const number of shared?.elsewhere.keys() ?? []) open.push([number, number]);
  open.sort(([one], [other]) => one - other);
  const ranges: Ranges[number][] = [];
  let next = 1;
  for (const [first, last] of open) {
    if (first > next) ranges.push([next, first - 1]);
    next = last + 1;
  }
  if (highest >= next) ranges.push([next, highest]);
  return ranges;
}
