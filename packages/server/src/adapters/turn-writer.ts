// Writes all frames that a socket is sent in one turn of the event loop with one system call, the most expensive part of
// sending: at ten broadcasts per turn, a delivery costs about a seventh of the CPU of a write of its own.
import type { Duplex } from 'node:stream';
import { frameText } from './text-frame.js';

/** The way out of one socket. Whatever else is written to the socket in between keeps its place. */
export class TurnWriter {
  /** Those that hold their writes back until the turn ends. */
  static readonly #corked: TurnWriter[] = [];
  /** What was framed last: a broadcast writes one text to many sockets in a row. */
  static #last: { readonly text: string; readonly frame: Buffer } | undefined;

  static readonly #framed = new WeakMap<readonly string[], Buffer>();

  readonly #socket: Duplex;
  readonly #taken: (error?: Error | null) => void;
  #isCorked = false;

  /** `taken` is called whenever the network has taken what was written in one turn, or has failed to. */
  constructor(socket: Duplex, taken: (error?: Error | null) => void) {
    this.#socket = socket;
    this.#taken = taken;
  }

  write(text: string): void {
    this.#write(TurnWriter.#frame(text));
  }

  /** Several in a row, framed once however many sockets this very array is written to. */
  writeAll(texts: readonly string[]): void {
    let frames = TurnWriter.#framed.get(texts);
    if (frames === undefined) {
      frames = Buffer.concat(texts.map(frameText));
      TurnWriter.#framed.set(texts, frames);
    }
    this.#write(frames);
  }

  #write(frame: Buffer): void {
    // Node makes an error with a stack for each: of what it costs that 1,000 connections break at once it was two thirds
    if (this.#socket.destroyed) return;
    if (this.#isCorked) {
      this.#socket.write(frame);
      return;
    }
    this.#isCorked = true;
    // eslint-disable-next-line no-restricted-globals -- it waits for the end of this turn, not for a time
    if (TurnWriter.#corked.push(this) === 1) setImmediate(() => TurnWriter.#flush());
    this.#socket.cork();
    // one callback a turn: the writes of a turn are taken together
    this.#socket.write(frame, this.#taken);
  }

  static #frame(text: string): Buffer {
    if (TurnWriter.#last?.text !== text) TurnWriter.#last = { text, frame: frameText(text) };
    return TurnWriter.#last.frame;
  }

  static #flush(): void {
    TurnWriter.#last = undefined;
    for (const writer of TurnWriter.#corked.splice(0)) {
      writer.#isCorked = false;
      writer.#socket.uncork();
    }
  }
}
