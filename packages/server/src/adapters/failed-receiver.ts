// A receiver of `ws` that has failed must read no more. While it inflates, chunks queue up before it; when one of them is a
// violation, Node hands it the next ones all the same before anybody hears of the failure, and it stumbles over its own
// half-reset state: an exception that nobody can catch, by which a peer could end the process.

interface Receiving {
  /** Node's own: set as soon as a write has failed. */
  readonly errored: Error | null;
  _write: (
    this: Receiving,
    chunk: unknown,
    encoding: BufferEncoding,
    done: (error?: Error | null) => void,
  ) => void;
}

const guarded = new WeakSet<object>();

/** Makes every receiver with this prototype let go of what comes after its failure. */
export function readNothingAfterFailure(prototype: Receiving): void {
  if (guarded.has(prototype)) return;
  guarded.add(prototype);
  const read = prototype._write;
  prototype._write = function (chunk, encoding, done) {
    if (this.errored === null) read.call(this, chunk, encoding, done);
    else done();
  };
}
