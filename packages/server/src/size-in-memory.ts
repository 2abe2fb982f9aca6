// What a text that waits takes in memory, more or less: bounds are held by it without encoding anything.

/** What the engine needs beside the characters of a text, in bytes. */
const overheadBytes = 64;

export function sizeInMemory(text = ''): number {
  return overheadBytes + text.length;
}
