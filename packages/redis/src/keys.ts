// The names of keys and channels in Redis. All that one script touches has the same hash tag (the part in braces), so that a
// cluster keeps it on one server.

/** The keys of a log, and the channel of those who follow it. */
export interface LogKeys {
  readonly channel: string;
  readonly head: string;
  readonly entries: string;
  /** The newest value of each slot, and when it was set. */
  readonly values: string;
  readonly valueTimes: string;
  /** What members of the room may know of each other, and until when each counts. */
  readonly members: string;
  readonly memberTimes: string;
}

/** What everything is called that has this prefix. */
export class Keys {
  readonly #log: string;
  readonly #session: string;
  readonly #user: string;
  readonly #process: string;
  /** Of all processes together: until when each counts, how many clients it has, and how many users there are. */
  readonly processes: string;
  readonly processClients: string;
  readonly userCount: string;

  constructor(prefix: string) {
    this.#log = `{${prefix}:l:`;
    this.#session = `{${prefix}:s:`;
    this.#user = `{${prefix}:u:`;
    this.#process = `{${prefix}:p:`;
    this.processes = `{${prefix}:p}:b`;
    this.processClients = `{${prefix}:p}:c`;
    this.userCount = `{${prefix}:p}:n`;
  }

  log(name: string): LogKeys {
    const channel = this.channel(name);
    return {
      channel,
      head: `${channel}:h`,
      entries: `${channel}:e`,
      values: `${channel}:v`,
      valueTimes: `${channel}:w`,
      members: `${channel}:i`,
      memberTimes: `${channel}:m`,
    };
  }

  /** The channel of those who follow a log. */
  channel(log: string): string {
    return `${this.#log}${log}}`;
  }

  /** The log that a channel belongs to; `undefined` when it is no log's. */
  logOf(channel: string): string | undefined {
    if (!channel.startsWith(this.#log) || !channel.endsWith('}')) return undefined;
    return channel.slice(this.#log.length, -1);
  }

  session(id: string): { readonly session: string; readonly answers: string } {
    const session = `${this.#session}${id}}`;
    return { session, answers: `${session}:a` };
  }

  /** The sessions of a user, by when each is forgotten. */
  userSessions(userId: string): string {
    return `${this.#user}${userId}}`;
  }

  /** The channel on which a process is spoken to. */
  processChannel(processId: string): string {
    return `${this.#process}${processId}}`;
  }

  /** The users of one process. */
  processUsers(processId: string): string {
    return `${this.userCount}:${processId}`;
  }
}
