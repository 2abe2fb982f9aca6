// What the processes of one server know together, for tests: each counts and lists what it has itself.
import type { AppSocket, Sockets } from './app.js';

/** All processes of one server. */
export class Everywhere {
  readonly #nodes: readonly Sockets[];

  constructor(nodes: readonly Sockets[]) {
    this.#nodes = nodes;
  }

  get countClients(): number {
    return this.#sum(({ countClients }) => countClients);
  }

  /** Users of each process: somebody who is in two of them counts twice. */
  get countUsers(): number {
    return this.#sum(({ countUsers }) => countUsers);
  }

  get stats(): Record<'connected' | 'clients' | 'suspended' | 'resumed' | 'gaps' | 'rooms', number> {
    const sum = (name: 'connected' | 'clients' | 'suspended' | 'resumed' | 'gaps' | 'rooms'): number =>
      this.#sum((sockets) => sockets.stats()[name]);
    return {
      connected: sum('connected'),
      clients: sum('clients'),
      suspended: sum('suspended'),
      resumed: sum('resumed'),
      gaps: sum('gaps'),
      rooms: sum('rooms'),
    };
  }

  clients(): AppSocket[] {
    return this.#nodes.flatMap((sockets) => [...sockets.clients()]);
  }

  membersOf(room: string): AppSocket[] {
    return this.#nodes.flatMap((sockets) => sockets.room(room).members());
  }

  sizeOf(room: string): number {
    return this.#sum((sockets) => sockets.room(room).size);
  }

  sizeOfUser(id: string): number {
    return this.#sum((sockets) => sockets.user(id).size);
  }

  #sum(of: (sockets: Sockets) => number): number {
    return this.#nodes.reduce((sum, sockets) => sum + of(sockets), 0);
  }
}
