// Takes one upgrade request from an HTTP server, and ends with a connection or a refusal.
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Upgrader } from '../adapters/ws.js';
import type { Gate } from './admission.js';
import { findHandshakeFault, refuseUpgrade, targetOf, type UpgradeHandler } from './endpoints.js';
import type { Hub } from '../hub.js';
import type { UpgradeRequest } from './upgrade-request.js';

/** What decides about an upgrade, and completes it. */
export interface Taker {
  readonly hub: Hub;
  readonly gate: Gate;
  readonly upgrader: Upgrader;
}

/** The sockets that some manager of this process has been handed. */
const taken = new WeakSet<Duplex>();

/** Answers an upgrade, whatever happens; one that was handed over before is left alone. `hosts` are as the gate has them. */
export function takeUpgrade(
  { hub, gate, upgrader }: Taker,
  [request, socket, head]: Parameters<UpgradeHandler>,
  hosts?: readonly string[],
): void {
  if (taken.has(socket)) {
    const why = `the upgrade at ${targetOf(request)} was handed over twice; attach() the endpoint or call handleUpgrade(), not both`;
    return hub.report(new TypeError(why));
  }
  taken.add(socket);
  socket.on('error', ignoreError);
  const { counters, options } = hub;
  const fault = findHandshakeFault(request, options.limits.maxHeaders);
  if (fault !== undefined) {
    counters.refused.handshake += 1;
    return refuseUpgrade(socket, fault.status, fault.reason);
  }
  void gate.admit(toUpgradeRequest(request), hosts).then((admission) => {
    if (socket.destroyed) return;
    if (!admission.accepted) return refuseUpgrade(socket, admission.status, admission.reason);
    try {
      upgrader.upgrade(request, socket, head, admission.open);
    } catch (error) {
      // somebody else has taken it as well, and two cannot speak on it
      hub.report(error);
      socket.destroy();
      return;
    }
    socket.off('error', ignoreError);
  });
}

/**
 * A peer that goes away while it is being decided about must not end the process. It closes over nothing, or each client
 * would keep its request: 1.5 KB.
 */
function ignoreError(): void {}

function toUpgradeRequest(request: IncomingMessage): UpgradeRequest {
  return {
    headers: request.headers,
    url: targetOf(request),
    remoteAddress: request.socket.remoteAddress,
    encrypted: 'encrypted' in request.socket && request.socket.encrypted === true,
  };
}
