// The command line: which cases against which server, and a line for each that is not ok.
import { groups } from './groups.js';
import { runCase, type Verdict } from './run-case.js';
import { echoSubject, wirepactSubject } from './subject.js';

const usage = `node run.mjs <url> [--wirepact] [--json] [case or group …]

The server at <url> sends every message back as it came; it takes messages of 16 MiB.
  --wirepact  it is Wirepact's: it echoes {"path":"echo","data":"…"} and answers all else by $error
  --json      a line of JSON for every case`;

/** How long one case may take before it has failed. */
const deadlineMs = 30_000;

/** The exit code: 0 when nothing failed. */
export async function command(args: readonly string[]): Promise<number> {
  const [url, ...wanted] = args.filter((arg) => !arg.startsWith('--'));
  if (url === undefined) {
    console.error(usage);
    return 2;
  }
  const subject = args.includes('--wirepact') ? wirepactSubject : echoSubject;
  const totals: Record<Verdict['grade'], number> = { ok: 0, 'non-strict': 0, failed: 0 };
  const cases = groups.flatMap((group) => group.cases).filter(({ id }) => isWanted(id, wanted));
  for (const one of cases) {
    const verdict = await runCase({ url, subject, deadlineMs }, one);
    totals[verdict.grade] += 1;
    if (args.includes('--json')) console.log(JSON.stringify(verdict));
    else if (verdict.grade !== 'ok') console.log(lineOf(verdict));
  }
  console.error(
    `${cases.length} cases: ${totals.ok} ok, ${totals['non-strict']} non-strict, ${totals.failed} failed`,
  );
  return totals.failed === 0 ? 0 : 1;
}

function isWanted(id: string, wanted: readonly string[]): boolean {
  return wanted.length === 0 || wanted.some((one) => id === one || id.startsWith(`${one}.`));
}

function lineOf({ id, title, grade, why }: Verdict): string {
  return `${grade.padEnd(10)} ${id.padEnd(7)} ${title}: ${why ?? ''}`;
}
