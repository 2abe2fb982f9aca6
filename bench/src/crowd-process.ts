// A process of clients that say nothing: where one process of them is not enough.
import { connect } from './client.js';
import type { CrowdCommand, CrowdReading, CrowdSetup } from './crowd.js';
import { contenders } from './contenders/contenders.js';
import { addressOf, handshakesAtOnce } from './turn.js';

const setup = JSON.parse(process.argv[2] ?? '') as CrowdSetup;
const contender = contenders.find(({ name }) => name === setup.contender);
if (!contender) throw new Error(`no contender is called ${setup.contender}`);
const { wire } = contender;

let closed = 0;
let longestSilenceMs = 0;

async function connectAll(count: number): Promise<void> {
  let next = 0;
  const connectOneByOne = async (): Promise<void> => {
    for (let index = next++; index < count; index = next++) {
      let heardAt: number | undefined;
      await connect(wire, `ws://${addressOf(index)}:${setup.port}`, `token-${index}`, {
        closed: () => void (closed += 1),
        ping() {
          const at = performance.now();
          if (heardAt !== undefined) longestSilenceMs = Math.max(longestSilenceMs, at - heardAt);
          heardAt = at;
        },
      });
    }
  };
  await Promise.all(Array.from({ length: handshakesAtOnce }, connectOneByOne));
}

async function perform(command: CrowdCommand): Promise<CrowdReading | undefined> {
  if (command.do === 'read') return { closed, longestSilenceMs };
  await connectAll(command.count);
  return undefined;
}

process.on('message', (command: CrowdCommand) => {
  void perform(command).then((result) => process.send?.(result ?? null));
});
process.on('disconnect', () => process.exit());
