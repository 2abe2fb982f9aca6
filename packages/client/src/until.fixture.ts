// Waiting for what happens over real sockets, where nothing else tells of it.
import { setImmediate } from 'node:timers/promises';

/** Looks after every turn of the event loop, for as long as the test may take. */
export async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await setImmediate();
}
