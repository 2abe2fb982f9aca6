// `npm run check:audit`: asks the registry whether weaknesses are published of what is installed with the packages. It needs
// the network, and its answer changes by itself: so it is none of the checks that `npm test` runs.
import { runMain, runPnpm, say, Stop } from './workspace.mjs';

await runMain(async () => {
  // what only those install who build Wirepact is no part of what they hand on
  const { code, output } = await runPnpm(['audit', '--prod', ...process.argv.slice(2)]);
  if (code === 0) {
    say('The registry knows of no weakness in what is installed with the packages.');
    return 0;
  }
  if (output.includes('ERR_PNPM'))
    throw new Stop(
      `${output}\nThe registry could not be asked, so nothing is known: does \`npm ping\` answer, and does this registry take audits? Name another one with --registry.`,
    );
  throw new Stop(`${output}\nWeaknesses are published: raise the versions that have them.`);
});
