// `npm test`: installs the dependencies, then runs every check. `-- --only unit,lint` runs only some.
import { runChecks, selectChecks } from './run-checks.mjs';
import { installDependencies, requireSupportedNode, runMain, say } from './workspace.mjs';

await runMain(async () => {
  requireSupportedNode();
  const selected = selectChecks(process.argv.slice(2));
  await installDependencies();
  const count = selected.length === 1 ? '1 check' : `${selected.length} checks`;
  say(`Running ${count}, what each proves stands beside it (one alone: npm run check:<name>) …`);
  return runChecks(selected);
});
