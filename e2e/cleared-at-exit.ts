// What a process has made outside of itself, other processes and networks: cleared away when it ends, also by a signal.

const left = new Set<() => void>();
const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
const clearAll = (): void => left.forEach((clear) => clear());
// a signal alone would end the process without its `exit`
const endInOrder = (): void => void process.exit(1);

/** `clear` runs when this process ends, and must be done when it returns. Returns what takes that back. */
export function clearAtExit(clear: () => void): () => void {
  if (left.size === 0) {
    process.on('exit', clearAll);
    for (const signal of signals) process.on(signal, endInOrder);
  }
  left.add(clear);
  return () => {
    left.delete(clear);
    if (left.size > 0) return;
    process.off('exit', clearAll);
    for (const signal of signals) process.off(signal, endInOrder);
  };
}
