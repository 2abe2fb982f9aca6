// What a server process accepted and handled, in a file: what stands there, no `kill -9` and no busy reader can undo.
import { closeSync, openSync, readSync, writeSync } from 'node:fs';
import type { Message } from './contender.js';

/** One thing that happened in the server process. `atMs` is by `nowMs`. */
export type Entry =
  | { readonly offered: Message }
  /** The library has accepted what it was offered, so long after that. */
  | { readonly published: Message; readonly tookMs: number; readonly atMs: number }
  /** It has not, and has said so, so long after that. */
  | { readonly refused: Message; readonly tookMs: number }
  /** A message of a client's has reached its handler. */
  | { readonly handled: { readonly key: string; readonly n: number; readonly atMs: number } }
  /** The connection of a client's has come to its end. */
  | { readonly suspended: { readonly key: string; readonly atMs: number } }
  /** An error that may come of a fault. */
  | { readonly reported: string };

/** Returns what writes an entry. */
export function openJournal(path: string): (entry: Entry) => void {
  const file = openSync(path, 'a');
  return (entry) => void writeSync(file, `${JSON.stringify(entry)}\n`);
}

/** Returns what reads the entries that were written since it was last called. The file must be there. */
export function followJournal(path: string): () => Entry[] {
  const chunk = Buffer.alloc(65_536);
  let place = 0;
  let rest = '';
  return () => {
    const file = openSync(path, 'r');
    try {
      for (let length = -1; length !== 0; place += length) {
        length = readSync(file, chunk, 0, chunk.length, place);
        rest += chunk.toString('latin1', 0, length);
      }
    } finally {
      closeSync(file);
    }
    const lines = rest.split('\n');
    rest = lines.pop() ?? '';
    return lines.map((line) => JSON.parse(line) as Entry);
  };
}
