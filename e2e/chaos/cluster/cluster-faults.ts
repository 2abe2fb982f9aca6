// Faults of several nodes that are put together of others, or come by chance.
import { breakByChance } from '../one-by-one.js';
import type { ClusterStage } from './cluster-stage.js';

/** One of all faults by chance. Resolves with how long it lasted, in ms. */
export async function mix(stage: ClusterStage): Promise<number> {
  const { redis, chance } = stage;
  const breakLines = (): Promise<number> =>
    timed(stage.breakLines((line) => breakByChance(line, chance, () => stage.move(line))));
  const faults = [
    breakLines,
    breakLines,
    () => stage.killNode(),
    () => timed(redis.killSubscribers()),
    () => timed(redis.restart()),
    () => timed(redis.restart(Math.round(512 + chance() * 4_608))),
    () => timed(redis.pause(400 + chance() * 2_000)),
    () => timed(redis.flush()),
  ];
  const fault = faults[Math.floor(chance() * faults.length)];
  return fault?.() ?? 0;
}

/** How long something took, in ms. */
export async function timed(doing: Promise<void>): Promise<number> {
  const startedAt = performance.now();
  await doing;
  return performance.now() - startedAt;
}
