// Who takes part, in the order of the turns and of the tables.
import type { Contender } from '../contender.js';
import { bareWs, bareWsWithZod } from './bare-ws.js';
import { graphqlWs } from './graphql-ws.js';
import { orpc } from './orpc.js';
import { socketIo, socketIoOverRedis, socketIoWithRecovery, socketIoWithZod } from './socket-io.js';
import { trpc } from './trpc.js';
import { wirepact, wirepactPlain } from './wirepact.js';

export const contenders: readonly Contender[] = [
  ...[bareWs, bareWsWithZod],
  ...[socketIo, socketIoWithZod, socketIoWithRecovery, socketIoOverRedis],
  ...[trpc, orpc, graphqlWs],
  ...[wirepact, wirepactPlain],
];

/** What all ratios are to. */
export const yardstick = bareWs.name;
