// A process of clients on a host of its own: connects them, sends at a steady pace, and reports all that they come to know.
import { findContender } from '../contenders/contenders.js';
import { nowMs } from '../now-ms.js';
import { keepPace } from '../pace.js';
import type { ClientCommand, ClientReport, ClientsSetup, News } from './client-messages.js';

const { contender, url, keys, perSecond } = JSON.parse(process.argv[2] ?? '') as ClientsSetup;
const report = (what: ClientReport): void => void process.send?.(what);

/** Resolves with what sends the client's next message. */
async function connect(key: string): Promise<() => void> {
  const tell = (news: News): void => report({ key, news });
  const client = await findContender(contender).connect(url, key, {
    returned: (isResumed) => tell({ returned: isResumed }),
    parted: () => tell({ partedAtMs: nowMs() }),
    received: (message) => tell({ heard: message }),
    missed: (stream, mayBeEmpty) => tell({ missed: stream, mayBeEmpty, atMs: nowMs() }),
    doubted: (n) => tell({ doubted: n }),
    answered: (n) => tell({ answered: n, atMs: nowMs() }),
  });
  let sent = 0;
  return () => {
    const taken = client.send(sent + 1);
    if (taken === undefined) return;
    sent += 1;
    tell({ sent: taken });
  };
}

const senders: (() => void)[] = [];
let stopTalking = (): void => undefined;

process.on('message', (command: ClientCommand) => {
  stopTalking();
  if (command === 'talk') stopTalking = keepPace(perSecond, () => senders.forEach((send) => send()));
});
process.on('disconnect', () => process.exit());
try {
  for (const key of keys) senders.push(await connect(key));
  report({ ready: true });
} catch (error) {
  report({ failed: String(error) });
}
