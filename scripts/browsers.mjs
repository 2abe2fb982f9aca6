// Finds Chromium and Firefox for the browser tests, and installs Debian's when they are missing.
import { existsSync } from 'node:fs';
import { installPackages } from './debian.mjs';
import { Stop } from './workspace.mjs';

const browsers = [
  { name: 'Chromium', variable: 'CHROMIUM_PATH', path: '/usr/bin/chromium', debianPackage: 'chromium' },
  { name: 'Firefox', variable: 'FIREFOX_PATH', path: '/usr/bin/firefox-esr', debianPackage: 'firefox-esr' },
];

const pathOf = ({ variable, path }) => process.env[variable] ?? path;

/** Makes sure that both browsers exist; throws a `Stop` that says what to do when they cannot be had. */
export async function provideBrowsers() {
  const missing = browsers.filter((browser) => !existsSync(pathOf(browser)));
  if (missing.length === 0) return;
  const wrong = missing.find(({ variable }) => process.env[variable] !== undefined);
  if (wrong) throw new Stop(`${wrong.variable} names ${pathOf(wrong)}, where no ${wrong.name} is.`);
  const packages = missing.map(({ debianPackage }) => debianPackage);
  await installPackages(packages, 'the browser tests', adviceFor(missing));
}

function adviceFor(missing) {
  const lines = missing.map(
    ({ name, variable, path, debianPackage }) =>
      `  ${name}: install it to ${path} (Debian: apt-get install ${debianPackage}), or set ${variable} to where it is`,
  );
  return ['The browser tests need browsers that are not here:', ...lines].join('\n');
}
