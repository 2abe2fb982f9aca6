// One message that is being handled, from its arrival to its answer. Its signal is created only when it is used.
import type { ChannelDefinition } from '@wirepact/core';
import type { Frame, FrameId } from '@wirepact/core/internal';
import type { AnswerFrame } from './answer-store.js';
import type { Session } from '../session/session.js';

/** One message that is being handled. */
export class Call {
  readonly session: Session;
  readonly path: string;
  /** Present when the sender waits for an answer. */
  readonly id: FrameId | undefined;
  /** The channel whose route takes the message; `undefined` for what goes to `onMessage`. */
  readonly channel: ChannelDefinition | undefined;
  /** Its place in the series of its session's messages; a plain client's have none. */
  readonly number: number | undefined;
  /** What runs when the channel is a stream. */
  stream: RunningStream | undefined;
  readonly #unnumbered: number;
  #controller: AbortController | undefined;
  #aborted = false;

  constructor(
    session: Session,
    { path, id }: Frame,
    channel: ChannelDefinition | undefined,
    number: number | undefined,
  ) {
    this.session = session;
    this.path = path;
    this.id = id;
    this.channel = channel;
    this.number = number;
    this.#unnumbered = number === undefined ? ++session.unnumbered : 0;
  }

  /** The same for a message that is sent again. */
  get messageId(): string {
    return `${this.session.id}:${this.number ?? `u${this.#unnumbered}`}`;
  }

  /** Whether the sender has lost interest, or is gone; or its stream has failed. */
  get aborted(): boolean {
    return this.#aborted;
  }

  get signal(): AbortSignal {
    if (this.#controller === undefined) {
      this.#controller = new AbortController();
      if (this.#aborted) this.#controller.abort();
    }
    return this.#controller.signal;
  }

  abort(): void {
    if (this.#aborted) return;
    this.#aborted = true;
    this.#controller?.abort();
    this.stream?.abandon();
  }
}

/** A stream that runs. */
export interface RunningStream {
  /** There once its generator was told to finish, which may take as long as that likes. */
  readonly finishing: Promise<void> | undefined;
  /** Whether its reader was told of the end. */
  readonly hasEnded: boolean;
  /** Items that were sent and not taken: should the line break under its end, they are sent again before that. */
  readonly untaken: readonly AnswerFrame[];
  /** Writes what still waits for the network, since its end is about to be written. */
  writeRest(): void;
  /** The reader allows items up to number `n`. */
  grant(n: number): void;
  /** The reader is back, and has items up to number `n`. */
  resume(n: number): void;
  /** The reader is gone, or is told of a failure. */
  abandon(): void;
}
