// Who takes part, in the order of the tables.
import type { Contender } from '../contender.js';
import { socketIo } from './socket-io.js';
import { wirepact } from './wirepact.js';

export const contenders: readonly Contender[] = [wirepact, socketIo];

/** @throws RangeError where nobody is called so */
export function findContender(name: string): Contender {
  const found = contenders.find((contender) => contender.name === name);
  if (!found) throw new RangeError(`no contender is called "${name}"`);
  return found;
}
