// How the page speaks of the line.
import type { CloseReason } from '@wirepact/client';
import type { Outage } from './outages.js';

/** Why the line went away, as one sentence. */
export function describeLoss({ code }: CloseReason): string {
  if (code === 4000) return 'You cut the line.';
  if (code === 1001 || code === 1012 || code === 1013) return 'The server hung up.';
  return 'The line broke.';
}

/** What happened while the line was away, as it is told afterwards. */
export function describeReturn(outage: Outage, missed: number, restarted: boolean): string {
  const away = `Back after ${seconds((outage.backAt ?? outage.lostAt) - outage.lostAt)}`;
  const tries = outage.attempts > 1 ? `, at attempt ${outage.attempts}` : '';
  const came =
    missed === 0
      ? 'No message was missed.'
      : missed === 1
        ? 'One message came meanwhile.'
        : `${missed} messages came meanwhile.`;
  const said = restarted ? 'The server was restarted: what was said before is only on this page now.' : came;
  return `${describeLoss(outage.reason)} ${away}${tries}. ${said}`;
}

export function seconds(ms: number): string {
  return ms < 950 ? 'less than a second' : `${Math.round(ms / 1_000)}\u00a0s`;
}

const timeFormat = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit' });
const exactFormat = new Intl.DateTimeFormat(undefined, { timeStyle: 'medium' });

export const clockTime = (at: number): string => timeFormat.format(at);
export const exactTime = (at: number): string => exactFormat.format(at);
export const logTime = (at: number): string => new Date(at).toLocaleTimeString('en-GB');
