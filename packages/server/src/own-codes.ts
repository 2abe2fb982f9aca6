// The close codes that an application may close its clients with.
import { closeCodes } from '@wirepact/core/internal';

/** Whether an application may close with this. */
export function isOwnCode(code: unknown): boolean {
  if (typeof code !== 'number' || !Number.isInteger(code)) return false;
  return code === closeCodes.normal || (code >= 4000 && code < 4400) || (code >= 4600 && code < 5000);
}

/** @throws TypeError when this code is none of an application's */
export function checkOwnCode(code: number): void {
  if (isOwnCode(code)) return;
  throw new TypeError(`${code} is no close code of an application; use 1000, 4000–4399 or 4600–4999`);
}
