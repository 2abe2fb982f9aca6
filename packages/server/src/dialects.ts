// The dialects an endpoint can speak, by the name its options call them.
import { pathData, type Dialect } from '@wirepact/core/internal';
import type { DialectName } from './options.js';

const dialects: Readonly<Record<DialectName, Dialect>> = { 'path-data': pathData };

/** @throws TypeError for a name that is none */
export function resolveDialect(name: DialectName = 'path-data'): Dialect {
  if (!Object.hasOwn(dialects, name)) {
    throw new TypeError(`there is no dialect "${name}"; choose ${Object.keys(dialects).join(' or ')}`);
  }
  return dialects[name];
}
