// Fuzzes what reads frames: right ones and wrong ones, cut up at every byte, with compression and without.
import { deflateRawSync, constants } from 'node:zlib';
import { encodeFrame, opcodes, type FrameFields } from '../conformance/rfc6455/frame.js';
import { RawLine } from '../security/raw-line.js';
import type { Chance, Target } from './fuzz.js';
import { endFuzzedServers, startFuzzedServer } from './fuzzed-server.js';
import { messageSeeds } from './message-seeds.js';
import { cutUp, mutateBytes, randomBytes } from './mutation.js';

const lengths = [0, 1, 2, 124, 125, 126, 127, 128, 1_000, 65_535, 65_536];
const kinds = [...Object.values(opcodes), 3, 7, 11, 15];

function payloadOf(chance: Chance): Buffer {
  if (chance.often(0.5)) return Buffer.from(chance.pick(messageSeeds));
  if (chance.often(0.5)) return randomBytes(chance, 130);
  return Buffer.alloc(chance.pick(lengths), chance.below(256));
}

/** A frame of a client, right or wrong. */
export function makeFrame(chance: Chance, isCompressed: boolean): Buffer {
  const payload = payloadOf(chance);
  const opcode = chance.often(0.7) ? opcodes.text : chance.pick(kinds);
  const isControl = opcode >= 8;
  const fields: FrameFields = {
    opcode,
    payload: isControl ? payload.subarray(0, chance.often(0.9) ? 125 : 300) : payload,
    fin: chance.often(0.9),
    masked: chance.often(0.97),
    rsv: chance.often(0.03) ? chance.below(8) : 0,
  };
  if (!isCompressed || isControl || chance.often(0.4)) return encodeFrame(fields);
  const deflated = deflateRawSync(payload, { finishFlush: constants.Z_SYNC_FLUSH }).subarray(0, -4);
  return encodeFrame({ ...fields, payload: deflated, rsv: 4 });
}

export const rawFrames: Target = {
  name: 'raw frames',
  async round(chance, steps, watch) {
    const isCompressed = chance.often(0.3);
    const server = startFuzzedServer({ compression: isCompressed });
    const headers = isCompressed ? { 'sec-websocket-extensions': 'permessage-deflate' } : {};
    const wrong: string[] = [];
    let line = await RawLine.open(server.sockets, headers);
    for (let step = 0; step < steps; step += 1) {
      const frame = makeFrame(chance, isCompressed);
      const bytes = chance.often(0.25) ? mutateBytes(frame, chance) : frame;
      for (const piece of cutUp(bytes, chance)) watch.step(() => line.write(piece));
      if (isCompressed || chance.often(0.2)) await new Promise((resolve) => setImmediate(resolve));
      if (line.fault !== undefined) wrong.push(`the server sent ${line.fault}`);
      line.answers.length = 0;
      if (line.isOver || line.code !== undefined || chance.often(0.01)) {
        await line.settle();
        line.destroy();
        line = await RawLine.open(server.sockets, headers);
      }
    }
    line.destroy();
    await line.settle();
    wrong.push(...(await endFuzzedServers([server])));
    return wrong;
  },
};
