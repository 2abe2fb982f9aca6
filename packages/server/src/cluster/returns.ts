// Clients that are returning, by their session: who waits for whom.

/** What was begun last, by what it is about. */
type Begun = Map<string, Promise<void>>;

/** The returns that are under way. */
export class Returns {
  readonly #bySecret = new Map<string, Begun>();
  readonly #claimed: Begun = new Map();

  /**
   * Returns by one secret go one after the other: an older connection would take the session from a newer one. Who says another
   * one keeps nobody waiting: to know a session's id is enough for that. `goOn` never rejects.
   */
  async run(id: string, secret: string, goOn: () => Promise<void>): Promise<void> {
    const begun = this.#bySecret.get(id) ?? new Map<string, Promise<void>>();
    this.#bySecret.set(id, begun);
    await inTurn(begun, secret, goOn);
    if (begun.size === 0 && this.#bySecret.get(id) === begun) this.#bySecret.delete(id);
  }

  /** Those that were given the session go on with it one after the other, whichever of its secrets they had. */
  goOn(id: string, goOn: () => Promise<void>): Promise<void> {
    return inTurn(this.#claimed, id, goOn);
  }

  /** Settles when it is decided of all who say now that they had this session whether they did. */
  async decided(id: string): Promise<void> {
    await Promise.all([...(this.#bySecret.get(id)?.values() ?? [])]);
  }
}

/** Does it after all that was to be done before about the same, whatever came of that. */
function inTurn(begun: Begun, about: string, goOn: () => Promise<void>): Promise<void> {
  const before = begun.get(about);
  const done = (before === undefined ? goOn() : before.then(goOn, goOn)).finally(() => {
    if (begun.get(about) === done) begun.delete(about);
  });
  begun.set(about, done);
  return done;
}
