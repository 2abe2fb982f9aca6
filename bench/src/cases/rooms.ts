// Messages to one room after the other: their cost should follow those who receive them, whatever rooms there are.
import type { Case } from '../case.js';
import { runTicks, tickLoad, type TickLoad } from './tick-load.js';

interface RoomLoad extends TickLoad {
  readonly rooms: number;
  readonly roomSize: number;
}

/** Ten rooms a turn, so that no socket is sent two messages in one. */
function roomsOfFive(rooms: number, clients: number, seconds: number): RoomLoad {
  const perTurn = Math.min(10, rooms);
  return {
    ...tickLoad,
    ...{ to: 'rooms', rooms, roomSize: 5, clients, seconds, perTurn },
    ...{ windowTurns: 160 / perTurn, acknowledgeEveryTurns: 80 / perTurn },
  };
}

function oneRoom(clients: number): RoomLoad {
  return { ...tickLoad, to: 'rooms', rooms: 1, roomSize: clients, clients };
}

export const rooms: Case<RoomLoad> = {
  name: 'rooms',
  title: 'Messages to one room after another',
  per: 'delivery',
  headline: 'cpuMicros',
  needs: 'rooms',
  mostRounds: 2,
  axis: 'rooms of 5',
  variants: [
    ...[1, 10, 100, 1_000, 10_000].map((count) => ({
      name: roomsNamed(count),
      at: count,
      settings: roomsOfFive(count, 500, tickLoad.seconds),
      quick: roomsOfFive(Math.min(count, 1_000), 50, 0.6),
    })),
    { name: '1 room of 5,000', settings: oneRoom(5_000), quick: { ...oneRoom(200), seconds: 0.6 } },
  ],
  reach: [{ metric: 'cpuMicros', variant: roomsNamed(10_000), to: { variant: roomsNamed(10) }, atMost: 1.1 }],
  run: (turn, load) =>
    runTicks(
      turn,
      { ...load, receiversPerMessage: load.roomSize },
      { rooms: load.rooms, roomSize: load.roomSize },
    ),
};

/** There are 500 clients, so that of 10,000 rooms each is in a hundred. */
function roomsNamed(count: number): string {
  const rooms = count === 1 ? '1 room of 5' : `${count.toLocaleString('en')} rooms of 5`;
  return count === 10_000 ? `${rooms}, each client in 100` : rooms;
}
