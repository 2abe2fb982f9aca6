// Two servers joined over Redis, as the fuzzing of what the engine says needs them: whatever they are told is watched, and
// their clocks go on only while something is waited for.
import { setImmediate as nextTurn } from 'node:timers/promises';
import { redisBroker } from '@wirepact/redis';
import type { BrokerListener } from '@wirepact/server';
import { FrameClient, type Welcome } from '../security/frame-client.js';
import { requestOf } from '../security/handshake-request.js';
import type { Watch } from './fuzz.js';
import { startFuzzedServer, type FuzzedServer } from './fuzzed-server.js';

/** What is honest happens within this time, in ms, however busy the machine is. */
const patienceMs = 20_000;

export interface JoinedServer extends FuzzedServer {
  /** What other processes call it. */
  readonly processId: string;
}

export interface JoinOptions {
  readonly url: string;
  readonly hmacKey?: string;
  readonly watch: Watch;
  /** What it was told and threw over is told here. */
  readonly threw: (what: string) => void;
}

/** Starts one, and waits until it lets clients in. */
export async function joinServer({ url, hmacKey, watch, threw }: JoinOptions): Promise<JoinedServer> {
  const broker = redisBroker({ url, ...(hmacKey !== undefined && { hmacKey }) });
  let processId = '';
  const join = broker.join.bind(broker);
  broker.join = (listener, settings) => {
    ({ processId } = settings);
    return join(watchListener(listener, watch, threw), settings);
  };
  const server = startFuzzedServer({ broker });
  const isOpen = async (): Promise<boolean> => (await server.sockets.admit(requestOf())).accepted;
  while (!(await isOpen())) await pass([server]);
  return { ...server, processId };
}

/** None of what a listener is told may throw, or take long. */
function watchListener(
  listener: BrokerListener,
  { step }: Watch,
  threw: JoinOptions['threw'],
): BrokerListener {
  const tell = (what: keyof BrokerListener, about: unknown, call: () => void): void => {
    try {
      step(call);
    } catch (error) {
      threw(`${what} ${JSON.stringify(about)} threw ${error instanceof Error ? error.stack : String(error)}`);
    }
  };
  return {
    appended: (log, epoch, entry) =>
      tell('appended', { log, epoch, entry }, () => listener.appended(log, epoch, entry)),
    emitted: (log, body, slot, time) =>
      tell('emitted', { log, body, slot, time }, () => listener.emitted(log, body, slot, time)),
    renewed: (log) => tell('renewed', { log }, () => listener.renewed(log)),
    told: (text) => tell('told', text, () => listener.told(text)),
    returned: (mayHaveLost) => listener.returned(mayHaveLost),
    failed: (error) => listener.failed(error),
  };
}

/** Lets a turn of the event loop pass, and on the servers' clocks the time that it took. */
export async function pass(servers: readonly FuzzedServer[]): Promise<void> {
  const before = performance.now();
  await nextTurn();
  for (const { clock } of servers) clock.advance(performance.now() - before);
}

/** Whether something comes true in time. */
export async function comesTrue(servers: readonly FuzzedServer[], isTrue: () => boolean): Promise<boolean> {
  for (const until = performance.now() + patienceMs; performance.now() < until; await pass(servers)) {
    if (isTrue()) return true;
  }
  return false;
}

/** A client of one of the servers, and what it has heard. */
export class Visitor {
  readonly user: string;
  readonly #servers: readonly FuzzedServer[];
  #client = new FrameClient(undefined);
  /** What it was greeted with last. */
  welcome: Welcome | undefined;
  /** Events, by their data. */
  readonly heard = new Set<unknown>();
  /** The paths of everything that it was sent. */
  readonly paths = new Set<unknown>();

  constructor(user: string, servers: readonly FuzzedServer[]) {
    this.user = user;
    this.#servers = servers;
  }

  get isAway(): boolean {
    return this.#client.closedWith !== undefined;
  }

  /** Goes to a server, and on with its session where that can be. Resolves with whether it is greeted. */
  async go(server: FuzzedServer): Promise<boolean> {
    this.#client.cut();
    const admission = await server.sockets.admit(requestOf({ token: this.user }));
    if (!admission.accepted) return false;
    this.#client = new FrameClient(admission.protocol);
    admission.open(this.#client.transport);
    const { session, token, streams } = this.welcome ?? {};
    this.welcome = undefined;
    this.say({ path: '$hello', data: { session, token, streams } });
    await comesTrue(this.#servers, () => {
      this.listen();
      return this.welcome !== undefined || this.isAway;
    });
    return this.welcome !== undefined;
  }

  say(message: object): void {
    if (!this.isAway) this.#client.say(message);
  }

  /** Hears what was sent to it since. */
  listen(): void {
    for (const { path, data } of this.#client.take()) {
      if (path === '$welcome' && this.welcome === undefined) this.welcome = data as Welcome;
      else this.paths.add(path);
      if (path === 'notice') this.heard.add(data);
    }
  }

  cut(): void {
    this.#client.cut();
  }
}
