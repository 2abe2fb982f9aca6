// Which of a client's numbered messages have been handled: those it need not send again.
import type { Frame, Ranges } from '@wirepact/core/internal';
import type { Session } from './session.js';

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
  if (number <= session.highest) return session.shared?.unhandled.delete(number) === true;
  session.highest = number;
  return true;
}

/** Every number that was seen, but for those that are being handled. */
export function handledNumbers(session: Session): Ranges {
  const running: number[] = [];
  for (const { number } of session.calls) if (number !== undefined) running.push(number);
  if (session.shared !== undefined)
    running.push(...session.shared.elsewhere.keys(), ...session.shared.unhandled);
  running.sort((one, other) => one - other);
  const ranges: [number, number][] = [];
  let first = 1;
  for (const number of [...running, session.highest + 1]) {
    if (number > first) ranges.push([first, number - 1]);
    first = number + 1;
  }
  return ranges;
}
