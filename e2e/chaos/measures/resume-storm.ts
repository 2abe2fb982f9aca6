// All processes die at once, and everybody returns to others within seconds, to what was sent to their rooms meanwhile.
import { redisBroker } from '@wirepact/redis';
import { createPublisher } from '@wirepact/server';
import { startRedis } from '../../redis/start-redis.js';
import { nowMs } from '../now-ms.js';
import { startCrowd, type CrowdReading } from './crowd.js';
import { channels, createNotes } from './joined-channels.js';
import { startJoinedServer, type JoinedReading } from './joined-server.js';
import type { Measure } from './measure.js';

const roomsEach = 3;
const missedEach = 20;
/** About so many. */
const membersPerRoom = 300;
const returnWithinMs = 5_000;
const patienceMs = 60_000;
const crowdCount = 2;

export const resumeStorm: Measure = {
  id: 'P8',
  title: `two processes are killed, and all clients reconnect to two others within ${returnWithinMs / 1_000} s; each has missed ${missedEach} messages in each of its ${roomsEach} rooms`,
  async run(isQuick) {
    const clients = isQuick ? 900 : 9_000;
    const roomCount = oddFrom((clients * roomsEach) / membersPerRoom);
    const rooms = Array.from({ length: roomCount }, (_, index) => `room-${index}`);
    await using redis = await startRedis();
    const start = (names: readonly string[]) =>
      Promise.all(names.map((name) => startJoinedServer({ redisUrl: redis.url, name })));
    const before = await start(['one', 'two']);
    const after = await start(['three', 'four']);
    await using publisher = createPublisher(channels, { broker: redisBroker({ url: redis.url }) });
    const crowds = await Promise.all(
      Array.from({ length: crowdCount }, () =>
        startCrowd({
          ...{ clients: clients / crowdCount, rooms, roomsEach, returnWithinMs },
          urls: before.map(({ url }) => url),
        }),
      ),
    );
    const createNote = createNotes('publisher');
    const publishToAll = (): Promise<unknown> =>
      Promise.all(rooms.map((room) => publisher.room(room).publish('note', createNote(room))));
    const receive = async (messages: number): Promise<readonly CrowdReading[]> => {
      const received = (clients / crowdCount) * roomsEach * messages;
      return Promise.all(crowds.map(({ ask }) => ask<CrowdReading>({ do: 'await', received, patienceMs })));
    };
    // one message before, after which each knows where it stands
    await publishToAll();
    await receive(1);

    for (const { ask } of crowds) {
      await ask({ do: 'clear' });
      await ask({ do: 'turn to', urls: after.map(({ url }) => url) });
    }
    for (const { pause } of before) pause();
    for (let sent = 0; sent < missedEach; sent += 1) await publishToAll();
    for (const { ask } of after) await ask({ do: 'watch' });
    const diedAt = nowMs();
    await Promise.all(before.map(({ kill }) => kill()));
    const readings = await receive(missedEach);
    const nodes = await Promise.all(after.map(({ ask }) => ask<JoinedReading>({ do: 'read' })));
    for (const { close } of [...after, ...crowds]) close();

    const sum = (of: (reading: CrowdReading) => number): number =>
      readings.reduce((total, reading) => total + of(reading), 0);
    const missing = clients * roomsEach * missedEach - sum(({ received }) => received);
    return [
      { name: 'clients', value: clients, unit: `in ${rooms.length} rooms` },
      { name: 'sessions resumed', value: sum(({ resumed }) => resumed), unit: '', atLeast: clients },
      {
        name: 'missing, duplicated or out of order',
        value: missing + sum(({ disordered, gaps }) => disordered + gaps),
        ...{ unit: '', atMost: 0 },
      },
      {
        name: 'time from the kill until all clients have everything',
        value: missing > 0 ? Infinity : (Math.max(...readings.map(({ lastAt }) => lastAt)) - diedAt) / 1_000,
        ...{ unit: 's', atMost: 10 },
      },
      {
        name: 'CPU time of both processes per client',
        value: nodes.reduce((total, { cpuMicros }) => total + cpuMicros, 0) / clients,
        unit: 'µs',
      },
      {
        name: 'reads of logs from Redis (rooms and inboxes)',
        value: nodes.reduce((total, { reads }) => total + reads, 0),
        unit: '',
      },
      {
        name: 'most reads of one log by one process within 100 ms',
        value: Math.max(...nodes.map(({ mostReads }) => mostReads)),
        ...{ unit: '', atMost: 1 },
      },
      {
        name: 'event loop delay, p99',
        value: Math.max(...nodes.map(({ lagP99Ms }) => lagP99Ms)),
        ...{ unit: 'ms', atMost: 100 },
      },
    ];
  },
};

function oddFrom(count: number): number {
  return count % 2 === 1 ? count : count + 1;
}
