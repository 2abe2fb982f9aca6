// Everything that was accepted in one row, on either side of the line, and the verdict on what became of it.
import { streams, type Message, type Stream } from './contender.js';
import { DownwardRecord, type Counts } from './downward.js';
import { UpwardRecord, type UpwardCounts } from './upward.js';

/** What became of all messages. */
export interface Verdict {
  readonly down: Counts;
  readonly up: UpwardCounts;
}

/** One client's records. */
export interface Account {
  readonly down: Readonly<Record<Stream, DownwardRecord>>;
  readonly up: UpwardRecord;
}

export class Ledger {
  readonly #accepted: Record<Stream, Message[]> = { everyone: [], room: [], direct: [] };
  readonly #accounts = new Map<string, Account>();
  readonly #owedToAbsent: readonly Stream[];

  constructor(owedToAbsent: readonly Stream[]) {
    this.#owedToAbsent = owedToAbsent;
  }

  open(key: string): Account {
    const account = {
      down: { everyone: new DownwardRecord(), room: new DownwardRecord(), direct: new DownwardRecord() },
      up: new UpwardRecord(),
    };
    this.#accounts.set(key, account);
    return account;
  }

  published(message: Message): void {
    this.#accepted[message.stream].push(message);
  }

  handled(run: number, key: string, n: number): void {
    this.#accounts.get(key)?.up.handled(run, n);
  }

  judge(): Verdict {
    const accounts = [...this.#accounts.values()];
    const down = accounts.flatMap((account) =>
      streams.map((stream) =>
        account.down[stream].judge(this.#accepted[stream], this.#owedToAbsent.includes(stream)),
      ),
    );
    const nothing = { accepted: 0, lost: 0, silent: 0, duplicated: 0, disordered: 0 };
    return {
      down: down.reduce(add, nothing),
      up: accounts.map(({ up }) => up.judge()).reduce(add, { ...nothing, rerun: 0, unanswered: 0 }),
    };
  }
}

/** True when everybody knows of everything. */
export function isSettled({ down, up }: Verdict): boolean {
  return down.silent === 0 && up.silent === 0 && up.unanswered === 0;
}

function add<TCounts extends object>(one: TCounts, other: TCounts): TCounts {
  const sum = { ...one };
  for (const key in sum) sum[key] = ((sum[key] as number) + (other[key] as number)) as never;
  return sum;
}
