// Finds a Redis server for the tests, and installs Debian's when there is none.
import { spawnSync } from 'node:child_process';
import { installPackages } from './debian.mjs';
import { Stop } from './workspace.mjs';

const program = process.env['REDIS_SERVER'] ?? 'redis-server';
const oldest = 7;

/** Its major version; undefined when there is no such program. */
function versionOf() {
  const { stdout } = spawnSync(program, ['--version'], { encoding: 'utf8' });
  const [, major] = /v=(\d+)\./.exec(stdout ?? '') ?? [];
  return major === undefined ? undefined : Number(major);
}

/** Makes sure that there is one that is new enough; throws a `Stop` that says what to do when it cannot be had. */
export async function provideRedis() {
  const advice = `The tests of @wirepact/redis start Redis ${oldest} or newer as redis-server (Debian: apt-get install redis-server). Install it, or set REDIS_SERVER to where it is.`;
  const version = versionOf();
  if (version >= oldest) return;
  if (version !== undefined) throw new Stop(`${program} is Redis ${version}.\n${advice}`);
  if (process.env['REDIS_SERVER'] !== undefined)
    throw new Stop(`REDIS_SERVER names ${program}, which is no Redis server.\n${advice}`);
  await installPackages(['redis-server'], 'the tests of @wirepact/redis', advice);
  if (!(versionOf() >= oldest)) throw new Stop(advice);
}
