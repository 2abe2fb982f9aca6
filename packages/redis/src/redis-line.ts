// The only door to @redis/client: one connection, from when it is open until it is lost. Reconnecting makes a new one, because
// the library by itself would send again what a broken connection may have carried already, and wait for the rest for ever.
import { createClient, ErrorReply } from '@redis/client';
import type { Clock } from '@wirepact/core/internal';
import type { HeartbeatOptions, RedisConnectionOptions } from './options.js';

/** What is told of a line. None of it may throw. */
interface LineListener {
  /** Something was said on a channel that the line is subscribed to. */
  heard(channel: string, text: string): void;
  /** The server has no part in these channels any more. */
  unsubscribed(): void;
}

/** What a line is opened with. */
export interface LineOptions {
  readonly connection: RedisConnectionOptions;
  readonly heartbeat: Required<HeartbeatOptions>;
  readonly clock: Clock;
  readonly listener: LineListener;
}

/** A line broke, or nothing was heard on it for too long. Whether what it carried was done is not known. */
export class LineLost extends Error {
  override readonly name = 'LineLost';
  readonly #wasVain: boolean;

  constructor(text: string, options: ErrorOptions & { readonly wasVain?: boolean } = {}) {
    super(text, options);
    this.#wasVain = options.wasVain ?? false;
  }

  /** Whether it was given up as soon as it was there. */
  get wasVain(): boolean {
    return this.#wasVain;
  }
}

/** How often a line is looked at within the time that it may be silent. */
const looksPerTimeout = 4;

/** Whether Redis itself answered with this error: then what was asked was not done. */
export function isErrorReply(error: unknown): error is Error {
  return error instanceof ErrorReply;
}

/** A connection to a Redis server. Made by {@link RedisLine.open}. */
export class RedisLine {
  /** Resolves with the reason when it is over. */
  readonly lost: Promise<Error>;
  readonly #client: ReturnType<typeof createClientOf>;
  readonly #options: LineOptions;
  #end!: (reason: Error) => void;
  /** Why it is over. */
  #reason: Error | undefined;
  /** What was asked and not answered yet, and when the line was last heard, or silent for a good reason. */
  #owed = 0;
  #heardAt: number;
  #stopLooking: () => void = () => undefined;

  constructor(options: LineOptions) {
    this.#options = options;
    this.#heardAt = options.clock.now();
    this.lost = new Promise((resolve) => (this.#end = resolve));
    this.#client = createClientOf(options);
    this.#client.on('error', (error) => this.#over(error));
    this.#client.on('end', () => this.#over(new LineLost('Redis closed the connection')));
    // what is given up while it is being made would be open for good
    this.#client.on('connect', () => this.isOver && this.#client.destroy());
    this.#client.on('sharded-channel-moved', () => options.listener.unsubscribed());
  }

  /** Connects. @throws when that fails, or takes longer than a line may be silent */
  static async open(options: LineOptions): Promise<RedisLine> {
    const line = new RedisLine(options);
    line.#owed = 1;
    line.#look(options.clock.now());
    const connecting = line.#client.connect();
    connecting.catch((error: unknown) => line.#over(error));
    const reason = await Promise.race([connecting.then(() => undefined), line.lost]);
    if (reason !== undefined) throw reason;
    line.#answered();
    return line;
  }

  get isOver(): boolean {
    return this.#reason !== undefined;
  }

  /** Sends a command at once, behind those before it. Rejects with Redis' own error, or with a {@link LineLost}. */
  send(words: readonly string[]): Promise<unknown> {
    return this.#owe(() => this.#client.sendCommand(words));
  }

  /** Subscribes to sharded channels, in a cluster those of one slot. Resolves when the server has confirmed all of them. */
  async subscribe(channels: readonly string[]): Promise<void> {
    await this.#owe(() => this.#client.sSubscribe([...channels], this.#heard));
  }

  async unsubscribe(channel: string): Promise<void> {
    await this.#owe(() => this.#client.sUnsubscribe(channel, this.#heard));
  }

  /** Ends it. What it owes rejects with the reason. */
  close(reason: Error = new LineLost('the connection was closed')): void {
    this.#over(reason);
  }

  readonly #heard = (text: string, channel: string): void => {
    this.#heardAt = this.#options.clock.now();
    this.#options.listener.heard(channel, text);
  };

  async #owe<TReply>(ask: () => Promise<TReply>): Promise<TReply> {
    if (this.#reason !== undefined) throw lost(this.#reason);
    if (this.#owed === 0) this.#heardAt = this.#options.clock.now();
    this.#owed += 1;
    try {
      return await ask();
    } catch (error) {
      // what is rejected because the line is over says no more than that
      throw isErrorReply(error) ? error : lost(this.#reason ?? error);
    } finally {
      this.#answered();
    }
  }

  #answered(): void {
    this.#owed -= 1;
    this.#heardAt = this.#options.clock.now();
  }

  /** Looks after the line every now and then. One that was not looked at in time was silent because this process was. */
  #look(plannedAt: number): void {
    const { clock, heartbeat } = this.#options;
    const now = clock.now();
    const everyMs = heartbeat.timeoutMs / looksPerTimeout;
    if (now - plannedAt > everyMs) this.#heardAt = now;
    const silentMs = now - this.#heardAt;
    if (this.#owed > 0 && silentMs >= heartbeat.timeoutMs) {
      return this.#over(new LineLost(`Redis did not answer within ${heartbeat.timeoutMs} ms`));
    }
    if (this.#owed === 0 && silentMs >= heartbeat.intervalMs) void this.send(['PING']).catch(() => undefined);
    this.#stopLooking = clock.after(everyMs, () => this.#look(now + everyMs));
  }

  #over(error: unknown): void {
    if (this.#reason !== undefined) return;
    this.#reason = isErrorReply(error) ? error : lost(error);
    this.#stopLooking();
    this.#end(this.#reason);
    this.#client.destroy();
  }
}

function lost(cause: unknown): LineLost {
  if (cause instanceof LineLost) return cause;
  // who tries several addresses of one name says nothing but what each of them said
  const { message, code, name } = Object(cause) as Partial<NodeJS.ErrnoException>;
  return new LineLost(`the connection to Redis broke: ${message === '' ? (code ?? name) : message}`, {
    cause,
  });
}

function createClientOf({ connection, heartbeat }: LineOptions) {
  const { host = 'localhost', port = 6_379, path, tls, credentials } = connection;
  const { username, password, database, name } = connection;
  // it comes back by a line of its own, and nothing is kept for that here
  const once = { reconnectStrategy: false, connectTimeout: heartbeat.timeoutMs } as const;
  const secured = tls !== undefined && tls !== false && { ...(tls === true ? {} : tls), tls: true as const };
  const place = path === undefined ? { host, port } : { path };
  return createClient({
    socket: secured ? { ...place, ...secured, ...once } : { ...place, tls: false, ...once },
    disableOfflineQueue: true,
    // a timer for each command would cost more than the command: the line as a whole is watched
    commandOptions: { timeout: 0 },
    maintNotifications: 'disabled',
    disableClientInfo: true,
    ...(username !== undefined && { username }),
    ...(password !== undefined && { password }),
    ...(credentials && { credentialsProvider: { type: 'async-credentials-provider', credentials } }),
    ...(database !== undefined && { database }),
    ...(name !== undefined && { name }),
  });
}
