// What a process has made outside of itself, other processes and networks: cleared away when it ends, also by a signal.

const left = new Set<() => void>();

process.on('exit', () => {
  for (const clear of left) clear();
});
// a signal alone would end the process without its `exit`
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => process.exit(1));

/** `clear` runs when this process ends, and must be done when it returns. Returns what takes that back. */
export function clearAtExit(clear: () => void): () => void {
  left.add(clear);
  return () => void left.delete(clear);
}
