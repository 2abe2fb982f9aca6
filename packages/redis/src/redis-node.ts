// One Redis server, for as long as it is needed: a connection for commands and one for subscriptions, each opened again when it
// is lost.
import { endBefore, identify, type LastLines } from './line-identity.js';
import type { RedisConnectionOptions, ResolvedOptions } from './options.js';
import { LineLost, RedisLine } from './redis-line.js';
import { explain } from './refusal.js';
import { Pauses } from './pauses.js';
import type { RedisScript } from './redis-script.js';
import { isStable, Reopening } from './reopening.js';
import { askStanding, ServerHistory } from './server-history.js';

/** What a server is kept open for. None of it may throw. */
export interface NodeHost {
  readonly options: ResolvedOptions;
  readonly scripts: readonly RedisScript[];
  readonly lastLines: LastLines;
  /** Something was said on a channel. */
  heard(channel: string, text: string): void;
  /** A line for what is heard is open: resolves once everything that this server is to tell is asked of it. */
  listen(node: RedisNode): Promise<void>;
  /** What the server was to tell may have been missed from now on. */
  deafened(node: RedisNode): void;
  /** It can be asked, and what was said to it before is over: done or not, none of it comes late, unless `isFenced` is false. */
  opened(node: RedisNode, isFenced: boolean): void;
  /** Both lines are open, one of them anew; `mayHaveLost` is whether the server may have lost something meanwhile. */
  ready(node: RedisNode, mayHaveLost: boolean): void;
  failed(error: unknown): void;
}

/** Finds a server. */
export interface ServerFinder {
  /** Where it is, before each line that is opened. @throws what keeps it from being found */
  locate(): Promise<RedisConnectionOptions>;
  /** What it has found is another server's replica. */
  doubt(): void;
}

type Role = 'commands' | 'subscriptions';

/** How often the server is asked for its clock, and how far that may be set back without being noticed. */
const clockEveryMs = 10_000;
const clockSlackMicros = 10_000_000;

/** One Redis server. */
export class RedisNode {
  /** What it is called in errors. */
  readonly name: string;
  readonly #host: NodeHost;
  readonly #finder: ServerFinder;
  readonly #lines: Partial<Record<Role, RedisLine>> = {};
  readonly #places: Partial<Record<Role, string>> = {};
  /** Before a line is opened again. */
  readonly #pauses: Pauses;
  readonly #history = new ServerHistory();
  #isListening = false;
  /** The server's clock some time ago. */
  #clockMicros = 0;
  #stopAsking: () => void = () => undefined;
  /** The line on which its scripts are being loaded once more. */
  #reloading: RedisLine | undefined;
  /** When it could be asked again last. */
  #enteredAt = 0;
  /** Why it could not be reached since it was there last, as it was told. */
  readonly #told = new Set<string>();
  #failedAt = 0;
  #isClosed = false;

  constructor(name: string, host: NodeHost, finder: ServerFinder) {
    this.name = name;
    this.#host = host;
    this.#finder = finder;
    this.#pauses = new Pauses(host.options.clock);
    void this.#keepOpen('commands');
    void this.#keepOpen('subscriptions');
  }

  /** Whether it can be asked. */
  get isOpen(): boolean {
    return this.#lines.commands?.isOver === false;
  }

  /** Whether it can be asked, and tells what it is to tell. */
  get isReady(): boolean {
    return this.isOpen && this.#isListening;
  }

  /** Nothing that is sent now is given a position below this one, unless the server's clock is set back by more than a little. */
  get earliestPosition(): number {
    return this.#clockMicros - clockSlackMicros;
  }

  /** Sends a command at once, behind those before it. @throws LineLost, or Redis' own error */
  send(words: readonly string[], isAsking = false): Promise<unknown> {
    const line = this.#lines.commands;
    if (line === undefined) return Promise.reject(new LineLost(`no connection to ${this.name} is open`));
    if (isAsking) void line.send(['ASKING']).catch(() => undefined);
    return line.send(words);
  }

  /** Subscribes to channels, in a cluster those of one slot. Resolves when that is confirmed. */
  subscribe(channels: readonly string[]): Promise<void> {
    const line = this.#lines.subscriptions;
    return line?.subscribe(channels) ?? Promise.reject(new LineLost(`no connection to ${this.name} is open`));
  }

  unsubscribe(channel: string): void {
    void this.#lines.subscriptions?.unsubscribe(channel).catch(() => undefined);
  }

  /** Its scripts were forgotten: they stand before whatever is sent from now on. */
  reload(): void {
    const line = this.#lines.commands;
    if (line === undefined || line === this.#reloading) return;
    this.#reloading = line;
    void load(line, this.#host.scripts)
      .catch(() => undefined)
      .finally(() => {
        if (this.#reloading === line) this.#reloading = undefined;
      });
  }

  /** Looks whether it is still where it was, and goes there if it is not. Never rejects. */
  async relocate(): Promise<void> {
    const place = await this.#finder.locate().then(placeOf, () => undefined);
    const { commands: before } = this.#places;
    if (place === undefined || before === undefined || place === before) return;
    this.reopen(`Redis has moved from ${before} to ${place}`);
  }

  /** It is not the server that it was: it is looked for anew. */
  reopen(reason: string): void {
    const wasVain = !isStable(this.#host.options.clock.now() - this.#enteredAt);
    for (const line of Object.values(this.#lines)) line.close(new LineLost(reason, { wasVain }));
  }

  close(): void {
    this.#isClosed = true;
    this.#stopAsking();
    this.#pauses.end();
    this.reopen('the broker was closed');
  }

  async #keepOpen(role: Role): Promise<void> {
    const { clock } = this.#host.options;
    const reopening = new Reopening();
    while (!this.#isClosed) {
      const startedAt = clock.now();
      try {
        const line = await this.#open(role);
        const openedAt = clock.now();
        const reason = await line.lost;
        const wasStable = reopening.lost(reason, clock.now() - openedAt);
        if (wasStable && openedAt > this.#failedAt) this.#told.clear();
        this.#lost(role, reason);
      } catch (error) {
        reopening.failed();
        this.#failed(error);
      }
      // trying in vain may have taken longer than that
      const leftMs = startedAt + reopening.delayMs(() => clock.random()) - clock.now();
      if (leftMs > 0 && !this.#isClosed) await this.#pauses.pass(leftMs);
    }
  }

  async #open(role: Role): Promise<RedisLine> {
    const { heartbeat, clock } = this.#host.options;
    const connection = await this.#finder.locate();
    const place = placeOf(connection);
    const listener = {
      heard: (channel: string, text: string) => this.#host.heard(channel, text),
      unsubscribed: () => line.close(new LineLost(`${place} has ended a subscription`)),
    };
    if (this.#isClosed) throw new LineLost('the broker was closed');
    const line = await RedisLine.open({ connection, heartbeat, clock, listener });
    try {
      if (role === 'commands') await this.#beginCommands(line, place);
      else await this.#beginListening(line, place);
    } catch (error) {
      line.close();
      throw error;
    }
    return line;
  }

  async #beginCommands(line: RedisLine, place: string): Promise<void> {
    const { lastLines, scripts, options } = this.#host;
    const server = `${this.name} ${place}`;
    const before = lastLines.to(server);
    const known = identify(line);
    // all together: what was rejected while another one is waited for would end the process
    const [isFenced, { history, isReplica }] = await Promise.all([
      before === undefined || endBefore(line, before),
      askStanding(line),
      load(line, scripts),
      this.#askClock(line),
    ]);
    // in a cluster it says who has the slots
    if (isReplica && options.cluster === undefined) {
      this.#finder.doubt();
      throw new LineLost(`READONLY ${place} takes no writes`);
    }
    lastLines.note(server, await known);
    this.#enter('commands', line, place);
    this.#history.back(history, options.clock.now());
    this.#host.opened(this, isFenced);
    this.#sayReady();
  }

  async #askClock(line: RedisLine): Promise<void> {
    const reply = await line.send(['TIME']);
    const [seconds, micros] = Array.isArray(reply) ? (reply as readonly unknown[]) : [];
    this.#clockMicros = Number(seconds) * 1_000_000 + Number(micros) || 0;
    this.#stopAsking();
    if (this.#isClosed) return;
    this.#stopAsking = this.#host.options.clock.after(clockEveryMs, () => {
      if (!line.isOver) void this.#askClock(line).catch(() => undefined);
    });
  }

  async #beginListening(line: RedisLine, place: string): Promise<void> {
    this.#enter('subscriptions', line, place);
    await this.#host.listen(this);
    if (line.isOver) return;
    this.#isListening = true;
    this.#sayReady();
  }

  #sayReady(): void {
    if (this.isReady) this.#host.ready(this, this.#history.takeLoss());
  }

  #enter(role: Role, line: RedisLine, place: string): void {
    if (this.#isClosed || line.isOver) throw new LineLost('the connection was lost while it was prepared');
    this.#lines[role] = line;
    this.#places[role] = place;
    if (role === 'commands') this.#enteredAt = this.#host.options.clock.now();
    const other = role === 'commands' ? 'subscriptions' : 'commands';
    // the server has moved, and the other line has not noticed
    if (this.#places[other] !== undefined && this.#places[other] !== place) {
      this.#lines[other]?.close(new LineLost(`Redis has moved from ${this.#places[other]} to ${place}`));
      // at once: what is said in this turn is not to count on what the other server told
      if (other === 'subscriptions') this.#deafen();
    }
  }

  #deafen(): void {
    this.#isListening = false;
    this.#host.deafened(this);
  }

  #lost(role: Role, reason: Error): void {
    delete this.#lines[role];
    if (role === 'commands') this.#history.lost(this.#host.options.clock.now());
    else this.#deafen();
    if (!this.#isClosed) this.#failed(reason);
  }

  /** Says it once for each reason, however often it is tried in vain. */
  #failed(error: unknown): void {
    const text = explain(error);
    if (this.#isClosed || this.#told.has(text)) return;
    this.#told.add(text);
    this.#failedAt = this.#host.options.clock.now();
    this.#host.failed(
      new Error(`${this.name} cannot be reached and is tried again: ${text}`, { cause: error }),
    );
  }
}

async function load(line: RedisLine, scripts: readonly RedisScript[]): Promise<void> {
  await Promise.all(scripts.map(({ text }) => line.send(['SCRIPT', 'LOAD', text])));
}

function placeOf({ path, host, port }: RedisConnectionOptions): string {
  return path ?? `${host}:${port}`;
}
