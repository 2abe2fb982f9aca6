// Every check that `npm test` runs, in its order: the cheap ones first, so that they complain first.

/**
 * @typedef {object} Check
 * @property {string} name what `--only` calls it; its npm script is `check:<name>`
 * @property {string} proves what a green result means
 * @property {boolean} [first] runs before all others, which read what it makes
 * @property {boolean} [alone] runs with nothing beside it: its tests are about time, or take both cores
 * @property {RegExp} [counts] lines of its output that are shown also when it passes
 */

/** @type {Check[]} */
export const checks = [
  { name: 'build', proves: 'the packages and the example build', first: true },
  { name: 'format', proves: 'every file is formatted by prettier' },
  { name: 'boundaries', proves: 'no import cycles, and every package imports only what it may' },
  { name: 'lint', proves: 'the house rules that a linter can hold' },
  { name: 'types', proves: 'everything compiles under TypeScript 6 and 7' },
  { name: 'types-budget', proves: 'large contracts stay cheap to type-check' },
  { name: 'unused', proves: 'no file, export or dependency is left over' },
  { name: 'size', proves: 'the client and the hooks stay small in a browser' },
  { name: 'packages', proves: 'the packed packages resolve in every module system' },
  { name: 'consumer', proves: 'a stranger can install, compile and run the packed packages' },
  {
    name: 'docs',
    proves: 'the code in the documents compiles, their tests and the quick start run, links resolve',
  },
  {
    name: 'unit',
    proves: 'unit, property, behaviour and type tests',
    alone: true,
    counts: /^\s*(Test Files|Tests|Type Errors)\s/,
  },
  {
    name: 'chaos',
    proves: 'nothing is lost in silence when lines break and servers die',
    alone: true,
    counts: /^\| C/,
  },
  {
    name: 'e2e',
    proves: 'the example works in Chromium and Firefox',
    alone: true,
    counts: /^\s*\d+ (passed|failed|flaky|skipped|did not run)/,
  },
];
