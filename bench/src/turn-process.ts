// The load process of one turn: one case, at one setting, for one contender. It starts the server process.
import type { TurnPlan } from './case.js';
import { cases } from './cases/cases.js';
import { contenders } from './contenders/contenders.js';
import { createTurn } from './turn.js';

const plan = JSON.parse(process.argv[2] ?? '') as TurnPlan;
const load = cases.find(({ name }) => name === plan.case);
const variant = load?.variants.find(({ name }) => name === plan.variant);
const contender = contenders.find(({ name }) => name === plan.contender);
if (!load || !variant || !contender) throw new Error(`nobody knows ${process.argv[2]}`);

// a Redis that it has started ends with it
process.once('SIGTERM', () => process.exit(1));
const turn = createTurn(contender, plan.profileFile);
const figures = await load.run(turn, plan.isQuick ? variant.quick : variant.settings);
turn.close();
process.send?.(figures, () => process.exit());
