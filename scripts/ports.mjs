// Asks whether something listens at a port of this machine.
import { connect } from 'node:net';

export function accepts(port) {
  return new Promise((settle) => {
    const probe = connect({ port, host: 'localhost' });
    probe.on('connect', () => {
      probe.destroy();
      settle(true);
    });
    probe.on('error', () => settle(false));
  });
}
