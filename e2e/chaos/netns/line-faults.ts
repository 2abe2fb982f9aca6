// What can be done to the line of a host. What lasts is taken back by calling what it resolves with.
import { hostDevice, type Host } from './network.js';
import { runInside } from './system.js';

/** Takes a fault back. */
export type Undo = () => Promise<void>;

/** Who does not hear the other any more. */
export type Deaf = 'host' | 'other' | 'both';

/** The host's link goes down. */
export async function unplug({ namespace }: Host): Promise<Undo> {
  const set = (state: string): Promise<void> => runInside(namespace, 'ip', 'link', 'set', hostDevice, state);
  await set('down');
  return () => set('up');
}

/** The host's own system breaks every connection to an address. */
export async function killSockets({ namespace }: Host, to: string): Promise<void> {
  await runInside(namespace, 'ss', '--kill', '--tcp', 'dst', to);
}

/** So many packets of a hundred vanish each way, by chance. */
export async function losePackets({ address, port, ...host }: Host, percent: number): Promise<Undo> {
  const chain = ['bridge', 'faults', port];
  for (const end of ['saddr', 'daddr']) {
    const rule = `ip ${end} ${address} numgen random mod 100 < ${percent} drop`;
    await runInside(host.switch, 'nft', 'add', 'rule', ...chain, rule);
  }
  return () => runInside(host.switch, 'nft', 'flush', 'chain', ...chain);
}

/** There is room for so many kbit a second, each way; what waits longer than `latencyMs` vanishes. */
export async function narrow(
  { namespace, port, ...host }: Host,
  kbits: number,
  latencyMs = 400,
): Promise<Undo> {
  const ends = [
    [namespace, hostDevice],
    [host.switch, port],
  ] as const;
  const bucket = ['tbf', 'rate', `${kbits}kbit`, 'burst', '3000', 'latency', `${latencyMs}ms`];
  for (const [place, device] of ends)
    await runInside(place, 'tc', 'qdisc', 'add', 'dev', device, 'root', ...bucket);
  return async () => {
    for (const [place, device] of ends)
      await runInside(place, 'tc', 'qdisc', 'delete', 'dev', device, 'root');
  };
}

/** What one of the two sends, or what both do, vanishes before it reaches the other. */
export async function part({ address, ...host }: Host, other: string, deaf: Deaf): Promise<Undo> {
  const ways = {
    host: [`${other} . ${address}`],
    other: [`${address} . ${other}`],
    both: [`${other} . ${address}`, `${address} . ${other}`],
  };
  const elements = ['bridge', 'faults', 'cut', `{ ${ways[deaf].join(', ')} }`];
  await runInside(host.switch, 'nft', 'add', 'element', ...elements);
  return () => runInside(host.switch, 'nft', 'delete', 'element', ...elements);
}
