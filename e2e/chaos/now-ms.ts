// The one clock of all processes that break and are broken.

/** In ms, the same in every process of this machine, whoever sets its clock meanwhile. */
export function nowMs(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}
