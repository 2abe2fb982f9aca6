// The harness's handle on a process of clients on a host of its own: what they know, as they report it.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { openAccount, type Account } from '../account.js';
import { createDeferred, within } from '../promise.js';
import type { ClientCommand, ClientReport, ClientsSetup, News } from './client-messages.js';
import type { Host } from './network.js';
import { forkingInside } from './system.js';

// the harness is bundled into the folder above
const program = fileURLToPath(new URL('netns/client-process.js', import.meta.url));

/** How long they may take to connect. */
const patienceMs = 20_000;

/** What is known of one client. */
interface ClientRecord {
  readonly account: Account;
  /** For each of its returns, whether its session went on. */
  readonly returns: boolean[];
  /** When it noticed that its connection was gone, by `nowMs`. */
  readonly partedAtMs: number[];
}

/** Clients in a process of their own. */
export interface Clients {
  readonly records: readonly ClientRecord[];
  talk(): void;
  fallSilent(): void;
  close(): Promise<void>;
}

/** Resolves once they are connected. `fail` is told of what should not happen. */
export async function startClients(
  setup: ClientsSetup,
  host: Host,
  fail: (what: string) => void,
): Promise<Clients> {
  const records = setup.keys.map((key): ClientRecord => ({
    account: openAccount(key),
    returns: [],
    partedAtMs: [],
  }));
  const byKey = new Map(records.map((record) => [record.account.key, record]));
  // the network is one of this machine's, whatever its addresses look like
  const forking = forkingInside(host.namespace, '--disable-warning=WIREPACT_CLEARTEXT');
  const child = fork(program, [JSON.stringify(setup)], forking);
  const gone = once(child, 'exit');
  const ready = createDeferred<void>();
  let isEnding = false;
  child.on('message', (report: ClientReport) => {
    if ('ready' in report) return ready.resolve();
    if ('failed' in report) return ready.reject(new Error(report.failed));
    const record = byKey.get(report.key);
    if (record !== undefined) take(record, report.news);
  });
  child.on('exit', (code, signal) => {
    if (!isEnding) fail(`the clients ended by themselves: ${code ?? signal}`);
    ready.reject(new Error('the clients did not start'));
  });
  const tell = (command: ClientCommand): void => void child.send(command);
  const close = async (): Promise<void> => {
    isEnding = true;
    child.kill('SIGKILL');
    await gone;
  };
  try {
    await within(patienceMs, `connecting ${setup.keys.join(', ')}`, ready.promise);
  } catch (error) {
    await close();
    throw error;
  }
  return { records, talk: () => tell('talk'), fallSilent: () => tell('fall silent'), close };
}

function take({ account: { heard, sent }, returns, partedAtMs }: ClientRecord, news: News): void {
  if ('heard' in news) heard[news.heard.stream].push(news.heard);
  else if ('missed' in news) heard[news.missed].push({ mayBeEmpty: news.mayBeEmpty, atMs: news.atMs });
  else if ('sent' in news) {
    const { isAwaited, mayRunAgain } = news.sent;
    sent.push({ mayRunAgain, state: isAwaited ? 'awaited' : 'accepted' });
  } else if ('returned' in news) returns.push(news.returned);
  else if ('partedAtMs' in news) partedAtMs.push(news.partedAtMs);
  else if ('doubted' in news) {
    const sending = sent[news.doubted - 1];
    if (sending) sending.state = 'unknown';
  } else {
    const sending = sent[news.answered - 1];
    // there is one process to answer
    if (sending) Object.assign(sending, { state: 'answered', answeredIn: 1, answeredAtMs: news.atMs });
  }
}
