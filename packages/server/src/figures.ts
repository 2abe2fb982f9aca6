// Options that are numbers: checks the given ones and fills in the defaults.

/** The largest number of 31 bits: `ws` keeps no larger ones, and a timer of Node that is set for longer fires at once. */
export const mostOf31Bits = 2_147_483_647;

/** The names of times and rates, which may have fractions; counts and bytes are whole numbers. */
const divisible = /Ms$|PerSecond/;

/** @throws TypeError for a name that is not there, for what is no number above 0, or no whole one, and for more than `most` */
export function figures<TFigures extends Record<keyof TFigures, number>>(
  group: string,
  defaults: TFigures,
  given: { readonly [K in keyof TFigures]?: number } = {},
  most: number = Infinity,
): { [K in keyof TFigures]: number } {
  const resolved: { [K in keyof TFigures]: number } = { ...defaults };
  for (const name of Object.keys(given) as (keyof TFigures & string)[]) {
    const value = given[name];
    if (value === undefined) continue;
    if (!Object.hasOwn(defaults, name)) throw new TypeError(`${group} knows no "${name}"`);
    const isDivisible = divisible.test(name);
    if (!(isDivisible ? Number.isFinite(value) : Number.isInteger(value)) || value <= 0) {
      const kind = isDivisible ? 'finite' : 'whole';
      throw new TypeError(`${group}.${name} is ${value}; give it a ${kind} number above 0`);
    }
    if (value > most) throw new TypeError(`${group}.${name} is ${value}; ${most} is the most`);
    resolved[name] = value;
  }
  return resolved;
}

/** @throws TypeError for what is no number from 0 on */
export function checkDuration(name: string, value: number): void {
  if (Number.isFinite(value) && value >= 0) return;
  throw new TypeError(`${name} is ${value}; give it a finite number from 0 on`);
}

/** @throws TypeError for what is neither a number from 0 on nor `Infinity`, which is for as long as it takes */
export function checkTimeout(name: string, value: number): void {
  if (value >= 0) return;
  throw new TypeError(`${name} is ${value}; give it a number from 0 on, or Infinity`);
}

/** @throws TypeError for what is neither a whole number from 0 on nor `Infinity`, which is all there are */
export function checkCount(name: string, value: number): void {
  if ((Number.isInteger(value) || value === Infinity) && value >= 0) return;
  throw new TypeError(`${name} is ${value}; give it a whole number from 0 on, or Infinity`);
}
