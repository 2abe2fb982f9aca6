// The sentences with which the page describes the connection.
import type { ClientStatus, CloseReason } from '@wirepact/client';
import { cutCode } from '../live/line.js';
import { ongoingOutage, type Outage } from './outages.js';

/** How many messages an outage delayed. */
export interface Tally {
  /** Written on this page while the client was disconnected. */
  readonly kept: number;
  /** Sent by others meanwhile, and received since. */
  readonly came: number;
}

/** The state of the connection, in a word or two. */
export function describeStatus({ name }: ClientStatus, outages: readonly Outage[]): string {
  if (name === 'connected') return 'Connected';
  return name === 'reconnecting' && ongoingOutage(outages) ? 'Cut off' : 'Calling …';
}

/** Why the page is calling the server again. */
export function describeAway(outages: readonly Outage[]): string {
  const outage = ongoingOutage(outages);
  return `${outage ? describeLoss(outage.reason) : 'No answer yet.'} Calling the server again.`;
}

/** Why the connection was lost, as one sentence. */
export function describeLoss({ code }: CloseReason): string {
  if (code === cutCode) return 'You cut the line.';
  if (code === 1001 || code === 1012 || code === 1013) return 'The server hung up.';
  return 'The line broke.';
}

/** How an outage ended, as one sentence. */
export function describeEnd({ lostAt, attempts, end }: Outage): string {
  if (end === undefined) return 'Not back yet.';
  const tries = attempts === 1 ? 'at the first attempt' : `at attempt ${attempts}`;
  return `Back after ${seconds(end.at - lostAt)}, ${tries}.`;
}

/** What became of the messages that were sent during an outage. */
export function describeRecovery({ end }: Outage, { kept, came }: Tally): string {
  if (end === undefined) return '';
  const sent = kept > 0 ? ` ${kept === 1 ? 'One' : kept} of yours waited here.` : '';
  if (!end.resumed && end.gap !== 'lost') {
    return `The server was restarted: what was said before is only on this page now.${sent}`;
  }
  if (end.gap === undefined) {
    const replayed = came > 0 ? ` ${messages(came)} came meanwhile.` : '';
    return `No message was missed.${replayed}${sent}`;
  }
  const why = end.resumed ? 'More was said than the server keeps.' : 'The server no longer kept your place.';
  const asked = came > 0 ? `${messages(came)} had to be asked for.` : 'Nothing was said meanwhile.';
  return `${why} ${asked}${sent}`;
}

function messages(count: number): string {
  return count === 1 ? 'One message' : `${count}\u00a0messages`;
}

export function seconds(ms: number): string {
  return ms < 950 ? 'less than a second' : `${Math.round(ms / 1_000)}\u00a0s`;
}

const timeFormat = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit' });
const exactFormat = new Intl.DateTimeFormat(undefined, { timeStyle: 'medium' });

export const clockTime = (at: number): string => timeFormat.format(at);
export const exactTime = (at: number): string => exactFormat.format(at);
export const logTime = (at: number): string => new Date(at).toLocaleTimeString('en-GB');
