// Clients, a server and the lines between them on a clock that nobody waits for: does what a schedule says, makes peace, and
// has it judged.
import {
  createDeliveryChecker,
  createManualClock,
  createMemoryNetwork,
  createSeededRandom,
  type ManualClock,
  type MemoryNetwork,
} from '@wirepact/core/testing';
import { ClientLife } from './client-life.js';
import { Positions } from './positions.js';
import { rooms, type Schedule, type Step } from './schedule.js';
import { Sender } from './sender.js';
import { ServerLife } from './server-life.js';

/** How long everything is left in peace at the end: silence is noticed, everybody returns, every call ends. */
const peaceMs = 75_000;
const startMs = 1_000_000;

type Trace = (text: string) => void;

export class World {
  readonly #schedule: Schedule;
  readonly #trace: Trace | undefined;
  readonly #clock: ManualClock;
  readonly #network: MemoryNetwork;
  readonly #checker = createDeliveryChecker();
  readonly #positions = new Positions();
  readonly #wrong: string[] = [];
  readonly #clients: readonly ClientLife[];
  readonly #sender: Sender;
  readonly #forbidden = new Set<string>();
  /** The idempotent requests that were handled. */
  readonly #kept = new Set<number>();
  #lives = 0;
  #server: ServerLife;
  /** It goes down or is down; one death at a time. */
  #isChanging = false;

  constructor(schedule: Schedule, trace?: Trace) {
    const { seed, clients, delayMs } = schedule;
    const clock = (this.#clock = createManualClock({ startMs, random: createSeededRandom(seed) }));
    const network = (this.#network = createMemoryNetwork({ clock, seed }));
    const checker = this.#checker;
    const positions = this.#positions;
    const wrong = (text: string): unknown => this.#wrong.push(text);
    this.#schedule = schedule;
    this.#trace = trace && ((text) => trace(`${clock.now() - startMs} ms ${text}`));
    if (delayMs > 0) network.delay([0, delayMs]);
    this.#server = this.#start();
    this.#clients = Array.from({ length: clients }, (_, index) => {
      const shared = { clock, checker, positions, wrong, trace: this.#trace };
      return new ClientLife({ name: `client ${index}`, line: network.createLine(), ...shared });
    });
    const server = (): ServerLife => this.#server;
    this.#sender = new Sender({ checker, positions, wrong, server, clients: this.#clients });
  }

  /** Does everything, and says what was wrong. */
  async run(): Promise<readonly string[]> {
    await this.#pass(1_000);
    for (const step of this.#schedule.steps) await this.#do(step);
    await this.#makePeace();
    this.#judge();
    for (const { client } of this.#clients) client.close();
    await this.#network.settle();
    await this.#server.sockets.close();
    await this.#network.settle();
    if (this.#clock.pending > 0) this.#wrong.push(`${this.#clock.pending} timers are left`);
    if (this.#network.connections > 0) this.#wrong.push(`${this.#network.connections} connections are left`);
    return [...this.#checker.violations().map(({ kind, text }) => `${kind}: ${text}`), ...this.#wrong];
  }

  async #do(step: Step): Promise<void> {
    this.#trace?.(JSON.stringify(step));
    const sender = this.#sender;
    switch (step.do) {
      case 'pass':
        return this.#pass(step.ms);
      case 'settle':
        return this.#network.settle();
      case 'sendToRoom':
        return times(step.count, () => sender.toRoom(nameOf(step.room), step.size, step.except));
      case 'sendToAll':
        return times(step.count, () => sender.toAll(step.size, step.except));
      case 'sendLatest':
        return sender.sendLatest();
      case 'sendVolatile':
        return sender.sendVolatile();
      case 'allow':
        return void (step.is
          ? this.#forbidden.delete(nameOf(step.room))
          : this.#forbidden.add(nameOf(step.room)));
      case 'kill':
        return this.#kill(step.downMs);
      case 'drain':
        return void this.#drain(step);
      default: {
        const client = this.#clients[step.who];
        if (client !== undefined) this.#doWith(client, step);
      }
    }
  }

  #doWith(client: ClientLife, step: Extract<Step, { readonly who: number }>): void {
    const { line } = client;
    const sender = this.#sender;
    const socket = sender.socketOf(client);
    switch (step.do) {
      case 'sendTo':
        return times(step.count, () => sender.toClient(client, step.size));
      case 'say':
        return times(step.count, () => client.say(sender.next(), step.ms));
      case 'ask':
        return times(step.count, () => client.ask(sender.next(), step.ms));
      case 'keep':
        return times(step.count, () => client.keep(sender.next(), step.ms, (n) => this.#kept.has(n)));
      case 'stream':
        return client.stream(step.items, step.ms, step.readMs);
      case 'question':
        return void sender.ask(client);
      case 'join':
        return client.join(nameOf(step.room));
      case 'leave':
        return client.leave(nameOf(step.room));
      case 'takeIn':
        return socket?.join(nameOf(step.room));
      case 'putOut':
        // of a room that it may be taken into again it knows nothing until it is told
        if (socket !== undefined) client.known.delete(nameOf(step.room));
        return socket?.leave(nameOf(step.room));
      case 'cut':
        return line.cut(step.seenBy);
      case 'halfOpen':
        return line.halfOpen(step.loses);
      case 'freeze':
        return line.freeze(step.is);
      case 'stall':
        return line.stall(step.is);
      case 'delay':
        return line.delay(step.figure);
      case 'throttle':
        return line.throttle(Infinity, step.figure || Infinity);
      case 'disconnect':
        return socket?.disconnect('go and come back', 4_000);
      case 'reopen':
        return client.reopen([...rooms, 'everyone', `to ${client.sessionId}`]);
    }
  }

  #start(): ServerLife {
    const name = `life ${++this.#lives}`;
    const life: ServerLife = new ServerLife({
      name,
      clock: this.#clock,
      checker: this.#checker,
      isTight: this.#schedule.isTight,
      isAllowed: (room) => !this.#forbidden.has(room),
      failed: (error) => life.isDead || this.#wrong.push(`the server failed with ${String(error)}`),
      kept: (n) => this.#kept.add(n),
    });
    this.#network.listen('/', life.sockets);
    void life.everyoneEpoch().then((epoch) => epoch !== undefined && this.#positions.name(epoch, name));
    return life;
  }

  async #kill(downMs: number): Promise<void> {
    if (this.#isChanging) return;
    this.#isChanging = true;
    this.#network.isUp = false;
    this.#server.isDead = true;
    this.#network.cut();
    this.#checker.killed();
    await this.#server.sockets.close();
    this.#restart(downMs);
  }

  async #drain({ downMs, spreadMs, graceMs }: Extract<Step, { readonly do: 'drain' }>): Promise<void> {
    if (this.#isChanging) return;
    this.#isChanging = true;
    const { sockets } = this.#server;
    await sockets.drain({ spreadMs, graceMs });
    this.#network.isUp = false;
    this.#server.isDead = true;
    await sockets.close();
    this.#restart(downMs);
  }

  #restart(downMs: number): void {
    this.#server = this.#start();
    this.#clock.after(downMs, () => {
      this.#network.isUp = true;
      this.#isChanging = false;
    });
  }

  async #pass(ms: number): Promise<void> {
    const clock = this.#clock;
    const until = clock.now() + ms;
    await this.#network.settle();
    for (let next = clock.nextDueAt; next !== undefined && next <= until; next = clock.nextDueAt) {
      clock.advance(next - clock.now());
      await this.#network.settle();
    }
    clock.advance(until - clock.now());
  }

  /** All is well from now on, and has been for long enough that nothing more is to come. Then everything works once more. */
  async #makePeace(): Promise<void> {
    for (const { line } of this.#clients) {
      line.freeze(false);
      line.stall(false);
      line.delay(0);
      line.throttle(Infinity);
    }
    await this.#pass(peaceMs);
    const sender = this.#sender;
    for (const room of rooms) sender.toRoom(room);
    sender.toAll();
    for (const client of this.#clients) {
      sender.toClient(client);
      client.say(sender.next(), 0);
    }
    await this.#pass(peaceMs);
  }

  /** What the checker cannot know: whether everybody is where they want to be, and every call has ended. */
  #judge(): void {
    const { sockets } = this.#server;
    const { n, to } = this.#sender.latest;
    for (const { name, client, sessionId = '', wanted, pending, cursor } of this.#clients) {
      const wrong = (text: string): unknown => this.#wrong.push(`${name} ${text}`);
      if (client.status.name !== 'connected') wrong(`is ${client.status.name} at the end`);
      if (pending > 0) wrong(`waits for ${pending} calls that never end`);
      for (const room of wanted) {
        const isIn = sockets
          .room(room)
          .members()
          .some(({ id }) => id === sessionId);
        if (!isIn) wrong(`is not back in ${room}`);
      }
      if (to.has(sessionId) && cursor !== n) wrong(`knows ${cursor} as the latest, not ${n}`);
    }
    const sessions = [...sockets.clients()].length;
    const count = this.#clients.length;
    if (sessions !== count) this.#wrong.push(`the server has ${sessions} sessions of ${count} clients`);
  }
}

const nameOf = (room: number): string => rooms[room] ?? rooms[0];

function times(count: number, work: () => void): void {
  for (let n = 0; n < count; n++) work();
}
