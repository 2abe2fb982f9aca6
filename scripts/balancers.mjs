// Finds HAProxy and nginx for the browser tests, and installs Debian's when they are missing.
import { installPackages } from './debian.mjs';
import { findProgram } from './find-program.mjs';

const programs = ['haproxy', 'nginx'];

/** Makes sure that both are there; throws a `Stop` that says what to do when they cannot be had. */
export async function provideBalancers() {
  const missing = programs.filter((name) => findProgram(name) === undefined);
  if (missing.length === 0) return;
  const list = missing.join(' ');
  const advice = `The browser tests run the example behind HAProxy and nginx. Missing: ${list} (Debian: apt-get install ${list}).`;
  await installPackages(missing, 'the browser tests', advice);
}
