// Every script. A connection loads them before it is used.
import type { RedisScript } from '../redis-script.js';
import { appendScript } from './append.js';
import { keepLatestScript, latestScript } from './latest.js';
import { enterScript, leaveScript, membersScript } from './members.js';
import { beatScript, countsScript, isAliveScript, partScript } from './processes.js';
import { readScript } from './read.js';
import { renewScript } from './renew.js';
import { restoreScript } from './restore.js';
import {
  claimSessionScript,
  commitSessionScript,
  endSessionScript,
  listSessionScript,
  openSessionScript,
} from './sessions.js';
import { touchScript } from './touch.js';

export const allScripts: readonly RedisScript[] = [
  appendScript,
  readScript,
  restoreScript,
  renewScript,
  touchScript,
  keepLatestScript,
  latestScript,
  enterScript,
  leaveScript,
  membersScript,
  openSessionScript,
  claimSessionScript,
  commitSessionScript,
  endSessionScript,
  listSessionScript,
  beatScript,
  partScript,
  countsScript,
  isAliveScript,
];
