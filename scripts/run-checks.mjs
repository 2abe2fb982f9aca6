// Runs checks side by side where they allow it, and reports each in one line; the output of those that fail follows.
import { stripVTControlCharacters } from 'node:util';
import { checks } from './checks.mjs';
import { root, run, say, Stop } from './workspace.mjs';

const lanes = 2;

/** The checks that `--only a,b` names, after those that all others need; or all of them. */
export function selectChecks(args) {
  const at = args.indexOf('--only');
  const only =
    at >= 0 ? args[at + 1] : args.find((arg) => arg.startsWith('--only='))?.slice('--only='.length);
  if (only === undefined && at < 0) return checks;
  const names = (only ?? '').split(',');
  const unknown = names.filter((name) => !checks.some((check) => check.name === name));
  if (unknown.length > 0) {
    const known = checks.map((check) => check.name).join(', ');
    throw new Stop(`--only knows no "${unknown.join('", "')}". The checks are: ${known}.`);
  }
  return checks.filter((check) => check.first || names.includes(check.name));
}

/** Runs the checks and resolves with the exit code: 0 when all passed. */
export async function runChecks(selected) {
  const failures = [];
  const runOneByOne = async (queue) => {
    for (let check = queue.shift(); check; check = queue.shift()) {
      const failure = await runCheck(check);
      if (failure) failures.push(failure);
    }
  };
  await runOneByOne(selected.filter((check) => check.first));
  // the others read what these make, and would make it once more, side by side
  const others = failures.length > 0 ? [] : selected.filter((check) => !check.first);
  const shared = others.filter((check) => !check.alone);
  await Promise.all(Array.from({ length: lanes }, () => runOneByOne(shared)));
  await runOneByOne(others.filter((check) => check.alone));

  for (const { check, output } of failures) {
    say(`\n──── check:${check.name} failed ────\n${output.trimEnd()}`);
  }
  say(`\nchecks: ${selected.length - failures.length} passed, ${failures.length} failed`);
  return failures.length === 0 ? 0 : 1;
}

async function runCheck(check) {
  const startedAt = performance.now();
  const { code, output } = await run('npm', ['run', '--silent', `check:${check.name}`], { cwd: root });
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
  say(`${code === 0 ? '✓' : '✗'} ${check.name.padEnd(13)} ${seconds.padStart(6)} s  ${check.proves}`);
  if (check.counts) {
    const lines = stripVTControlCharacters(output).split('\n');
    for (const line of lines.filter((line) => check.counts.test(line))) say(`    ${line.trim()}`);
  }
  return code === 0 ? undefined : { check, output };
}
