// A network of our own on this machine: hosts that are network namespaces, at a switch that is another one, and this process'
// host at it too. Nothing of it is left when it is disposed, or when the process ends.
import { networkInterfaces } from 'node:os';
import { clearAtExit } from '../../cleared-at-exit.js';
import { runAtOnce, runInside, runProgram } from './system.js';

/** A host at the switch: a network namespace with one line. */
export interface Host {
  readonly namespace: string;
  readonly address: string;
  /** The namespace of the switch, and which port of that its line ends at. */
  readonly switch: string;
  readonly port: string;
}

/** What its line ends at in a host. */
export const hostDevice = 'eth0';

let opened = 0;

/** Makes a switch, and connects this process' own host with it. */
export async function openNetwork(): Promise<Network> {
  clearAbandoned();
  const network = new Network(findFreeNet(), `wirepact-${process.pid}-${(opened += 1)}`);
  try {
    await network.open();
    return network;
  } catch (error) {
    await network[Symbol.asyncDispose]();
    throw error;
  }
}

export class Network implements AsyncDisposable {
  /** Of this process' own host. */
  readonly address: string;
  /** Another one of the same: what stands there can be cut off alone. */
  readonly otherAddress: string;
  /** The first three numbers of every address. */
  readonly #net: string;
  /** What the name of everything begins with. */
  readonly #name: string;
  readonly #switch: string;
  readonly #ownLink: string;
  readonly #hosts: Host[] = [];
  readonly #clear = (): void => {
    // with its end here the line is gone at once; the rest goes with the namespaces
    runAtOnce('ip', 'link', 'delete', this.#ownLink);
    for (const name of [...this.#hosts.map((host) => host.namespace), this.#switch])
      runAtOnce('ip', 'netns', 'delete', name);
  };
  #forget = (): void => undefined;

  constructor(net: string, name: string) {
    this.#net = net;
    this.#name = name;
    this.address = `${net}.1`;
    this.otherAddress = `${net}.2`;
    this.#switch = `${name}-switch`;
    this.#ownLink = `wp${process.pid}-${opened}`;
  }

  async open(): Promise<void> {
    this.#forget = clearAtExit(this.#clear);
    await runProgram('ip', 'netns', 'add', this.#switch);
    await runProgram('ip', '-n', this.#switch, 'link', 'add', 'name', 'lan', 'type', 'bridge');
    await runProgram('ip', '-n', this.#switch, 'link', 'set', 'lan', 'up');
    await this.#nft('add', 'table', 'bridge', 'faults');
    await this.#nft('add', 'set', 'bridge', 'faults', 'cut', '{ type ipv4_addr . ipv4_addr; }');
    await this.#addChain('cuts');
    await this.#nft('add', 'rule', 'bridge', 'faults', 'cuts', 'ip saddr . ip daddr @cut drop');
    await this.#plug([], this.#ownLink, this.address, 'own');
    await runProgram('ip', 'address', 'add', `${this.otherAddress}/24`, 'dev', this.#ownLink);
  }

  /** One more host at the switch. */
  async addHost(): Promise<Host> {
    const number = this.#hosts.length + 1;
    const port = `port-${number}`;
    const namespace = `${this.#name}-${number}`;
    const host = { namespace, address: `${this.#net}.${number + 10}`, switch: this.#switch, port };
    this.#hosts.push(host);
    await runProgram('ip', 'netns', 'add', namespace);
    await runProgram('ip', '-n', namespace, 'link', 'set', 'lo', 'up');
    await this.#plug(['-n', namespace], hostDevice, host.address, port);
    await this.#addChain(port);
    return host;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#clear();
    this.#forget();
  }

  /** A line from a device that is made there to a port of the switch. */
  async #plug(there: readonly string[], device: string, address: string, port: string): Promise<void> {
    const line = ['type', 'veth', 'peer', 'name', port, 'netns', this.#switch];
    await runProgram('ip', ...there, 'link', 'add', 'name', device, ...line);
    await runProgram('ip', ...there, 'address', 'add', `${address}/24`, 'dev', device);
    await runProgram('ip', ...there, 'link', 'set', device, 'up');
    await runProgram('ip', '-n', this.#switch, 'link', 'set', port, 'master', 'lan', 'up');
  }

  #addChain(name: string): Promise<void> {
    return this.#nft('add', 'chain', 'bridge', 'faults', name, '{ type filter hook forward priority 0; }');
  }

  #nft(...args: readonly string[]): Promise<void> {
    return runInside(this.#switch, 'nft', ...args);
  }
}

/** What a process left that was killed. */
function clearAbandoned(): void {
  for (const name of runAtOnce('ip', 'netns', 'list').match(/^wirepact-\d+-\S+/gm) ?? []) {
    if (!isRunning(Number(name.split('-')[1]))) runAtOnce('ip', 'netns', 'delete', name);
  }
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

/** One of those for tests of networks (RFC 2544 appendix C) that this host has no part of yet. */
function findFreeNet(): string {
  const taken = Object.values(networkInterfaces()).flatMap((all = []) => all.map(({ address }) => address));
  const nets = Array.from({ length: 256 }, (_, index) => `198.18.${(process.pid + index) % 256}`);
  const free = nets.find((net) => !taken.some((address) => address.startsWith(`${net}.`)));
  if (free === undefined) throw new Error('every net of 198.18.0.0/16 is taken here');
  return free;
}
