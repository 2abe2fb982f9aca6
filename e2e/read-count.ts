// Reads a count from the command line.

/** `undefined` when it was not given. @throws RangeError for what is not a whole number from 1 on */
export function readCount(option: string, text: string): number;
export function readCount(option: string, text: string | undefined): number | undefined;
export function readCount(option: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const count = Number(text);
  if (!Number.isSafeInteger(count) || count < 1) throw new RangeError(`${option} takes a number from 1`);
  return count;
}
