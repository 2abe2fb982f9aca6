// Finds the programs that make networks of our own for the proof, and installs Debian's when they are missing.
import { installPackages } from './debian.mjs';
import { findProgram } from './find-program.mjs';
import { say, Stop } from './workspace.mjs';

const packages = { ip: 'iproute2', tc: 'iproute2', ss: 'iproute2', nft: 'nftables' };

/** Installs what is missing if that works; the rows that need it say so where it does not. */
export async function provideNetworkTools() {
  const missing = Object.keys(packages).filter((name) => findProgram(name) === undefined);
  // whoever may not make networks has no use for them
  if (missing.length === 0 || process.platform !== 'linux' || process.getuid?.() !== 0) return;
  const wanted = [...new Set(missing.map((name) => packages[name]))];
  const list = wanted.join(' ');
  try {
    const advice = `Some rows need networks of their own. Missing: ${list} (Debian: apt-get install ${list}).`;
    await installPackages(wanted, 'the rows with networks of their own', advice);
  } catch (error) {
    if (!(error instanceof Stop)) throw error;
    say(error.message);
  }
}
