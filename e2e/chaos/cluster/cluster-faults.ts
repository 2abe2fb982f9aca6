// Faults of several nodes that are put together of others, or come by chance.
import { setTimeout as delay } from 'node:timers/promises';
import type { Line } from '../line.js';
import type { ClusterStage } from './cluster-stage.js';

/** What is sent within this time before a line is given up vanishes, by chance. */
const darkMs = 100;

/** One of all faults by chance. Resolves with how long it lasted, in ms. */
export async function mix(stage: ClusterStage): Promise<number> {
  const { redis, chance } = stage;
  const faults = [
    () => timed(stage.breakLines((line) => breakByChance(line, stage))),
    () => timed(stage.breakLines((line) => breakByChance(line, stage))),
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

async function breakByChance(line: Line, stage: ClusterStage): Promise<void> {
  const { chance } = stage;
  await delay(chance() * 200);
  if (chance() < 0.3) line.proxy.blackHole();
  await delay(chance() * darkMs);
  stage.move(line);
  if (chance() < 0.5) line.proxy.abandon();
  else line.proxy.cut();
}

/** How long something took, in ms. */
export async function timed(doing: Promise<void>): Promise<number> {
  const startedAt = performance.now();
  await doing;
  return performance.now() - startedAt;
}
