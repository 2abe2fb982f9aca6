// Keeps a receiver of `ws` from reading after it has failed. While it inflates, chunks queue up; if one of them is a violation,
// Node passes the next ones to the receiver before anybody learns of the failure. The half-reset receiver then throws an
// exception that nobody can catch, with which a client could end the process.

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
