// Does something for each of very many, a few at a time, because the engine accepts only so much at once, and others that wait
// for it must get their turn.

/** How many are under way at once by default: enough to keep an engine busy, but few beside its other work. */
export const atOnce = 200;

/** Runs something for each, in order. Resolves when all are done. @throws the first error, while the others still go on */
export async function eachOf<TItem>(
  items: Iterable<TItem>,
  run: (item: TItem) => Promise<void> | undefined,
  sideBySide: number = atOnce,
): Promise<void> {
  // as they are now: who comes meanwhile has done what is done here
  const left = [...items].values();
  const work = async (): Promise<void> => {
    for (const item of left) await run(item);
  };
  await Promise.all(Array.from({ length: sideBySide }, work));
}
