// A line of so many bits a second between this process and one server: a network namespace with a token bucket, so that the
// kernel's buffers are those of a slow line too. Over the loopback they would swallow megabytes first.
import { spawnSync } from 'node:child_process';
import { findProgram } from '../balancers.js';
import type { Forking } from './asked-process.js';

/** One of the networks for tests of networks (RFC 2544 appendix C). */
const [ownAddress, address] = ['198.19.77.1', '198.19.77.2'];

/** A line to a namespace. */
export interface SlowLine {
  /** Where a server in the namespace can be reached. */
  readonly address: string;
  /** How `fork` starts Node.js in the namespace. */
  readonly forking: Forking;
  /** It is as fast as the machine from now on. */
  widen(): void;
  close(): void;
}

/** `undefined` where this machine has no namespaces for us; that takes root. */
export function openSlowLine(kilobitsPerSecond: number): SlowLine | undefined {
  const [ip, tc] = [findProgram('ip'), findProgram('tc')];
  if (ip === undefined || tc === undefined) return undefined;
  const name = `slow-${process.pid}`;
  const run = (...args: readonly string[]): boolean => spawnSync(ip, args).status === 0;
  const shape = (...args: readonly string[]): boolean =>
    run('netns', 'exec', name, tc, 'qdisc', ...args.slice(0, 1), 'dev', 'eth0', 'root', ...args.slice(1));
  const close = (): void => void run('netns', 'delete', name);
  const isOpen =
    run('netns', 'add', name) &&
    run('link', 'add', `slow${process.pid}`, 'type', 'veth', 'peer', 'name', 'eth0', 'netns', name) &&
    run('address', 'add', `${ownAddress}/30`, 'dev', `slow${process.pid}`) &&
    run('link', 'set', `slow${process.pid}`, 'up') &&
    run('-n', name, 'address', 'add', `${address}/30`, 'dev', 'eth0') &&
    run('-n', name, 'link', 'set', 'eth0', 'up') &&
    run('-n', name, 'link', 'set', 'lo', 'up') &&
    shape('add', 'tbf', 'rate', `${kilobitsPerSecond}kbit`, 'burst', '4kb', 'latency', '1s');
  if (!isOpen) {
    close();
    return undefined;
  }
  process.once('exit', close);
  return {
    address,
    forking: { execPath: ip, execArgv: ['netns', 'exec', name, process.execPath] },
    widen: () => void shape('delete'),
    close() {
      process.off('exit', close);
      close();
    },
  };
}
