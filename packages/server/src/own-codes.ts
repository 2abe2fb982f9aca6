// The close codes that an application may close its clients with.
import { closeCodes } from '@wirepact/core/internal';

/** @throws TypeError when this code is none of an application's */
export function checkOwnCode(code: number): void {
  const isOwn = (code >= 4000 && code < 4400) || (code >= 4600 && code < 5000);
  if (code === closeCodes.normal || isOwn) return;
  throw new TypeError(`${code} is no close code of an application; use 1000, 4000–4399 or 4600–4999`);
}
