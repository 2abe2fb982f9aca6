// A promise that is settled from outside, and one that is waited for only so long.

/** A promise, and what settles it. */
export interface Deferred<TValue> {
  readonly promise: Promise<TValue>;
  readonly resolve: (value: TValue) => void;
  readonly reject: (error: Error) => void;
}

export function createDeferred<TValue>(): Deferred<TValue> {
  let resolve: Deferred<TValue>['resolve'] = () => undefined;
  let reject: Deferred<TValue>['reject'] = () => undefined;
  const promise = new Promise<TValue>((fulfil, refuse) => {
    resolve = fulfil;
    reject = refuse;
  });
  return { promise, resolve, reject };
}

/** Rejects when it takes longer; `what` says what was waited for. */
export function within<TValue>(ms: number, what: string, promise: Promise<TValue>): Promise<TValue> {
  const { promise: late, reject } = createDeferred<never>();
  const timer = setTimeout(() => reject(new Error(`${what} took longer than ${ms} ms`)), ms);
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}
