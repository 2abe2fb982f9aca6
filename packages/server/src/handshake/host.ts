// The host names under which the server may be requested. A page on an attacker's domain that resolves to this server counts as
// same-origin; only the host name shows that it does not belong here.
import { isIP } from 'node:net';
import type { UpgradeRequest } from './upgrade-request.js';

/** The names of this machine. */
const ownMachine: readonly string[] = ['localhost', '*.localhost', '127.0.0.1', '[::1]'];

const forwarding = ['x-forwarded-for', 'forwarded', 'via', 'x-real-ip'] as const;

/** Whether `host`, as the header has it, is one of these names; one without a port stands for every port. */
export function isHostAllowed(host: string | undefined, hosts: readonly string[] | undefined): boolean {
  if (hosts === undefined) return true;
  if (host === undefined) return false;
  const asked = host.toLowerCase();
  const name = asked.replace(/:\d{1,5}$/, '');
  return hosts.some((allowed) => {
    const own = allowed.toLowerCase();
    return own === asked || own === name || (own.startsWith('*.') && name.endsWith(own.slice(1)));
  });
}

/** Whether a proxy passed this on. Browsers let no page set these headers. */
export function isForwarded({ headers }: UpgradeRequest): boolean {
  return forwarding.some((name) => headers[name] !== undefined);
}

/**
 * The names of a server that listens at this address, where nothing else is said: those of this machine and the address
 * itself, if nobody else can come.
 */
export function hostsAt(address = ''): readonly string[] | undefined {
  if (address === 'localhost' || address === '::1') return ownMachine;
  return isIP(address) === 4 && address.startsWith('127.') ? [...ownMachine, address] : undefined;
}

/** A name that is written otherwise than a browser writes it would match nothing. @throws TypeError for what is none */
export function checkHosts(hosts: readonly string[] | undefined): void {
  if (hosts === undefined) return;
  if (!Array.isArray(hosts)) throw new TypeError('hosts is no list; write ["app.example"]');
  for (const host of hosts as readonly unknown[]) {
    if (
      typeof host !== 'string' ||
      !/^(\*\.)?([\w-]+(\.[\w-]+)*\.?|\[[\da-f:.]+\])(:\d{1,5})?$/i.test(host)
    ) {
      throw new TypeError(
        `${JSON.stringify(host)} is no host; write one like "app.example" or "app.example:8443"`,
      );
    }
  }
}
