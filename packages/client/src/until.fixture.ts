// For tests over real sockets: waits until something holds that no event announces.
import { setImmediate } from 'node:timers/promises';

/** Checks after every turn of the event loop, for as long as the test may take. */
export async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await setImmediate();
}
