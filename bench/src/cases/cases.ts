// The cases, in the order of the report. Their settings, and what Wirepact should reach, stand with each.
import type { Case } from '../case.js';
import { broadcast, clients, payload } from './broadcast.js';
import { capacity } from './capacity.js';
import { cluster } from './cluster.js';
import { connect, connections, idle } from './connecting.js';
import { large } from './large.js';
import { requests, routes } from './requests.js';
import { resume } from './resume.js';
import { rooms } from './rooms.js';
import { stalled } from './stalled.js';

export const cases: readonly Case[] = [
  ...[requests, broadcast, rooms, routes, clients, payload, large],
  ...[connect, idle, connections, capacity, cluster, stalled, resume],
];
