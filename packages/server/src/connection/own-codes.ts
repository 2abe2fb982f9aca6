// The close codes and reasons with which an application may close its clients.
import { closeCodes } from '@wirepact/core/internal';

/** Whether an application may close with this. */
export function isOwnCode(code: unknown): boolean {
  if (typeof code !== 'number' || !Number.isInteger(code)) return false;
  return code === closeCodes.normal || (code >= 4000 && code < 4400) || (code >= 4600 && code < 5000);
}

/** @throws TypeError when this code is none of an application's, or the reason is no text */
export function checkOwnClose(code: number, reason: unknown): void {
  if (typeof reason !== 'string') {
    throw new TypeError('the reason to disconnect is no string; give a string, and then a code');
  }
  if (isOwnCode(code)) return;
  throw new TypeError(`${code} is no close code of an application; use 1000, 4000–4399 or 4600–4999`);
}
