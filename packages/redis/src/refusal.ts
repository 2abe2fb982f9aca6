// What an error that Redis answered means for the command, and the error that Wirepact makes of it.
import { SocketError } from '@wirepact/core';
import type { RedisAddress } from './options.js';
import { isErrorReply, LineLost } from './redis-line.js';

/** What becomes of a command that failed. */
export type Refusal =
  /** The line broke: it may have been done, or not. */
  | { readonly kind: 'lost' }
  /** Not done: its slot is on another server, for good or for this once. */
  | { readonly kind: 'moved' | 'ask'; readonly slot: number; readonly address: RedisAddress }
  /** Not done: the server has forgotten its scripts. */
  | { readonly kind: 'unloaded' }
  /** Not done: this server takes no writes any more, another one does. */
  | { readonly kind: 'demoted' }
  /** Not done: this server misses the others, which may have put another one in its place. */
  | { readonly kind: 'cut-off' }
  /** Not done, and it may be soon. */
  | { readonly kind: 'busy' }
  /** It makes no sense to try again. */
  | { readonly kind: 'final' };

const kinds: Readonly<Record<string, 'unloaded' | 'demoted' | 'cut-off' | 'busy'>> = {
  NOSCRIPT: 'unloaded',
  READONLY: 'demoted',
  CLUSTERDOWN: 'cut-off',
  MASTERDOWN: 'cut-off',
  NOREPLICAS: 'cut-off',
  LOADING: 'busy',
  BUSY: 'busy',
  OOM: 'busy',
  TRYAGAIN: 'busy',
  MISCONF: 'busy',
};

/** What a script is told that looks for keys which it only learns of as it runs, while their slot is on its way. */
const notHereYet = /\bnon local key\b/;

/** What an error of a line means. */
export function refusalOf(error: unknown): Refusal {
  if (!isErrorReply(error)) return { kind: error instanceof LineLost ? 'lost' : 'final' };
  const [code = '', slot, address = ''] = error.message.split(' ');
  if (code === 'MOVED' || code === 'ASK') {
    const colon = address.lastIndexOf(':');
    const place = { host: address.slice(0, colon), port: Number(address.slice(colon + 1)) };
    return { kind: code === 'MOVED' ? 'moved' : 'ask', slot: Number(slot), address: place };
  }
  // of what belongs together only some has moved to another server yet
  if (notHereYet.test(error.message)) return { kind: 'busy' };
  const kind = Object.hasOwn(kinds, code) ? kinds[code] : undefined;
  return { kind: kind ?? 'final' };
}

/** What is told of a command that is given up. */
export function notAccepted(text: string, cause?: unknown): SocketError<'not_accepted'> {
  return new SocketError('not_accepted', `[not_accepted] ${text}`, { cause });
}

/** What is told of an answer that is an error for good; `what` says what has come to nothing. */
export function refused(what: string, cause: unknown): SocketError<'not_accepted'> {
  return notAccepted(`${what}: Redis refused it: ${explain(cause)}`, cause);
}

/** What is told of a message that is given up. Where it may have been accepted all the same, that is said. */
export function messageGivenUp(
  why: string,
  mayBeDone: boolean,
  cause?: unknown,
): SocketError<'not_accepted'> {
  const doubt = 'it is not known whether it was accepted, and sent again it may arrive twice';
  const text = mayBeDone
    ? `the message was not confirmed: ${why}; ${doubt}`
    : `the message was not accepted: ${why}`;
  return notAccepted(text, cause);
}

/** What there was instead of an answer in time; `cause` is what came last, if anything did. */
export function explainDelay(timeoutMs: number, cause: unknown): string {
  if (isErrorReply(cause)) return `Redis did not accept it within ${timeoutMs} ms: ${explain(cause)}`;
  return `Redis did not answer within ${timeoutMs} ms${cause === undefined ? '' : `: ${explain(cause)}`}`;
}

/** A number of things, as in a sentence. */
export function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

/** An error in words, with what to do about it where that is known. */
export function explain(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  const [first = ''] = text.split(' ');
  // what a script may not do, and what an old Redis cannot, is said in other words
  const code = text.includes('user executing the script') ? 'NOPERM' : tooOld.test(text) ? 'OLD' : first;
  const advice = Object.hasOwn(advices, code) ? advices[code] : undefined;
  return advice === undefined ? text : `${text} (${advice})`;
}

/** It knows neither the first line of our scripts nor sharded channels. */
const tooOld = /Error compiling script|unknown command.*SSUBSCRIBE/i;

const advices: Readonly<Record<string, string>> = {
  NOPERM: 'give this user of the ACL what the documents list',
  NOAUTH: 'give the broker a password, in url or in connection',
  WRONGPASS: 'the user or the password in url or in connection is another one',
  OLD: 'the broker needs Redis 7.0 or newer',
  OOM: 'Redis is full: give it more memory, or keep less in it',
  MISCONF: 'Redis cannot write to its disk and takes nothing before it can',
  NOREPLICAS: 'fewer replicas are with it than min-replicas-to-write demands',
  READONLY: 'this is a replica: connect to its master, over its sentinels for example',
  MOVED: 'this server is a node of a cluster: give the broker cluster.rootNodes',
};
