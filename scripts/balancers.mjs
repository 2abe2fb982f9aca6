// Finds HAProxy and nginx for the browser tests, and installs Debian's when they are missing.
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { installPackages } from './debian.mjs';

const programs = ['haproxy', 'nginx'];
// not every user has the last two in the path
const folders = [...(process.env['PATH'] ?? '').split(delimiter), '/usr/sbin', '/usr/local/sbin'];

/** Makes sure that both are there; throws a `Stop` that says what to do when they cannot be had. */
export async function provideBalancers() {
  const missing = programs.filter((name) => !folders.some((folder) => existsSync(join(folder, name))));
  if (missing.length === 0) return;
  const list = missing.join(' ');
  const advice = `The browser tests run the example behind HAProxy and nginx. Missing: ${list} (Debian: apt-get install ${list}).`;
  await installPackages(missing, 'the browser tests', advice);
}
