// Finds the system's own programs, also those in folders that not every user has in the path.
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** Where a program is; `undefined` where it is not. */
export function findProgram(name: string): string | undefined {
  const folders = [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin', '/usr/local/sbin'];
  return folders.map((folder) => join(folder, name)).find((path) => existsSync(path));
}
