// Installs Debian's packages where that works without a password: on a fresh machine the tests bring what they need.
import { canRun, run, say, Stop } from './workspace.mjs';

/** Installs packages; throws a `Stop` with `advice` when that is not possible. `purpose` says what needs them. */
export async function installPackages(packages, purpose, advice) {
  const prefix = process.getuid?.() === 0 ? [] : ['sudo', '-n'];
  const mayInstall = canRun('apt-get') && (prefix.length === 0 || canRun('sudo', ['-n', 'true']));
  if (!mayInstall) throw new Stop(`${advice}\n(apt-get without a password is not possible here.)`);
  say(`Installing ${packages.join(' and ')} with apt-get for ${purpose} …`);
  const env = { DEBIAN_FRONTEND: 'noninteractive' };
  for (const args of [['update'], ['install', '-y', '--no-install-recommends', ...packages]]) {
    const [command, ...rest] = [...prefix, 'apt-get', ...args];
    const { code, output } = await run(command, rest, { env });
    if (code !== 0) throw new Stop(`${output}\n${advice}`);
  }
}
