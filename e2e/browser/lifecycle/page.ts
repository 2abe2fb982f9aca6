// The page of these tests: a client that writes down all it hears, where a test reads it.
import { createClient } from '@wirepact/client';
import type { Channels } from './channels.js';

const streams = ['news', 'bulletin', 'letter'] as const;

/** What a page has heard. It outlives the page, as the session of its tab may. */
export interface Ledger {
  readonly heard: Record<(typeof streams)[number], number[]>;
  readonly gaps: string[];
  /** The session of each connection, and whether it went on with an earlier one. */
  readonly connections: { readonly sessionId: string | undefined; readonly resumed: boolean }[];
  /** From when the page, or its network, was back until it was connected again, in ms. */
  readonly recoveries: number[];
  /** What the browser told the page, in its order. */
  readonly signals: string[];
  readonly errors: string[];
  /** Whether it was let into the room. */
  joined?: boolean;
  notes: number;
}

declare global {
  interface Window {
    readonly ledger: Ledger;
    readonly writer: string;
  }
}

const address = new URL(location.href);
const session = address.searchParams.get('session') === 'tab' ? 'tab' : 'memory';
const writer = address.searchParams.get('name') ?? 'page';
const key = `ledger of ${writer}`;
const ledger = JSON.parse(
  sessionStorage.getItem(key) ??
    '{"heard":{"news":[],"bulletin":[],"letter":[]},"gaps":[],"connections":[],"recoveries":[],"signals":[],"errors":[],"notes":0}',
) as Ledger;
Object.assign(window, { ledger, writer });
const keep = (): void => sessionStorage.setItem(key, JSON.stringify(ledger));

let wokenAt: number | undefined;
for (const type of ['online', 'offline', 'pageshow', 'pagehide', 'freeze', 'resume', 'visibilitychange']) {
  const tell = (event: Event): void => {
    const { persisted } = event as PageTransitionEvent;
    ledger.signals.push(`${type}${persisted ? ' persisted' : ''}${document.hidden ? ' hidden' : ''}`);
    if (/^(online|pageshow|resume)$/.test(type)) wokenAt = performance.now();
    keep();
  };
  addEventListener(type, tell, { capture: true });
}

const client = createClient<Channels>({ url: '/ws', session });
client.onStatus((status) => {
  if (status.name !== 'connected') return;
  const { sessionId, resumed } = status;
  ledger.connections.push({ sessionId, resumed });
  if (wokenAt !== undefined) ledger.recoveries.push(Math.round(performance.now() - wokenAt));
  wokenAt = undefined;
  keep();
});
client.onGap(({ log, room, why }) => {
  ledger.gaps.push(`${room ?? log}: ${why}`);
  keep();
});
client.onError(({ code }) => {
  ledger.errors.push(code);
  keep();
});
for (const stream of streams) {
  client.on(stream, ({ n }) => {
    ledger.heard[stream].push(n);
    keep();
  });
}
void client.join('news').then(() => {
  ledger.joined = true;
  keep();
});

setInterval(() => {
  client.send('note', { n: ++ledger.notes, from: writer });
  keep();
}, 50);
