// Does something so many times a second, also where a timer comes late.

/** Calls back at that rate until what it returns is called. */
export function keepPace(perSecond: number, act: () => void): () => void {
  const startedAt = performance.now();
  let done = 0;
  const timer = setInterval(() => {
    const due = Math.floor(((performance.now() - startedAt) / 1_000) * perSecond);
    for (; done < due; done += 1) act();
  }, 1_000 / perSecond);
  return () => clearInterval(timer);
}
