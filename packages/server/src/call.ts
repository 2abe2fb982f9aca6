// One message that is being handled, from its arrival to its answer. Its signal is made only if somebody looks at it.
import type { FrameId } from '@wirepact/core/internal';

/** One message that is being handled. */
export class Call {
  readonly path: string;
  readonly messageId: string;
  /** Present when the sender waits for an answer. */
  readonly id: FrameId | undefined;
  /** How far the reader of a stream lets it go; a reader that never says so is held back by the network alone. */
  window: StreamWindow | undefined;
  #controller: AbortController | undefined;
  #aborted = false;

  constructor(path: string, messageId: string, id: FrameId | undefined) {
    this.path = path;
    this.messageId = messageId;
    this.id = id;
  }

  /** Whether the sender has lost interest, or is gone. */
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
    this.window?.abandon();
  }
}

/** How far a stream may run ahead of its reader. */
export interface StreamWindow {
  /** The reader allows items up to number `n`. */
  grant(n: number): void;
  /** The reader is gone. */
  abandon(): void;
}
