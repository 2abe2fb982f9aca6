// The texts that travel over channels: a letter for the kind, then what belongs to it, then the body unchanged. What arrives
// may be anything, so it is read without trust.
import type { SharedEntry } from '@wirepact/server';
import type { Signature } from './signature.js';

/** An entry as it lies in a log: `key` finds it again when it is not known whether it was taken. */
export interface KeptEntry {
  readonly entry: SharedEntry;
  readonly key: string;
}

/** Something that was said on a channel. */
export type SharedText =
  | ({ readonly kind: 'appended'; readonly epoch: string } & KeptEntry)
  | { readonly kind: 'emitted'; readonly body: string }
  | { readonly kind: 'latest'; readonly body: string; readonly slot: string; readonly time: number }
  | { readonly kind: 'renewed' }
  | { readonly kind: 'told'; readonly text: string };

/** The first letter; the script that appends writes the one of an entry. What is only kept has it in its signature alone. */
const letters = { appended: 'a', emitted: 'e', kept: 'k', latest: 'l', renewed: 'r', told: 't' } as const;

/** Longer numbers are no positions: 2⁵³ has 16 digits. */
const longestNumber = 16;
const longestKey = 64;
const longestEpoch = 256;

/** Writes and reads what goes over the channels. */
export class SharedTexts {
  readonly #signature: Signature;
  readonly #maxLength: number;

  /** Texts that are longer than `maxLength` are nobody's. */
  constructor(signature: Signature, maxLength: number) {
    this.#signature = signature;
    this.#maxLength = maxLength;
  }

  emitted(channel: string, body: string): string {
    return this.#write(channel, letters.emitted, body);
  }

  /** The script that keeps it writes its time behind it. */
  latest(channel: string, slot: string, body: string): string {
    return this.#write(channel, letters.latest, `${slot.length} ${slot}${body}`);
  }

  renewed(channel: string, epoch: string): string {
    return this.#write(channel, letters.renewed, epoch);
  }

  told(channel: string, text: string): string {
    return this.#write(channel, letters.told, text);
  }

  /** The body of an entry as it lies in the log and is published; only the engine knows its position. */
  entryBody(channel: string, key: string, body: string): string {
    return this.#signature.sign(body, channel, letters.appended, key);
  }

  /** The body behind what lies in a log; `undefined` when it was not signed, or is too long. */
  readEntryBody(channel: string, key: string, signed: string): string | undefined {
    if (signed.length > this.#maxLength) return undefined;
    return this.#signature.check(signed, channel, letters.appended, key);
  }

  /** A value as it is kept under its slot. */
  value(channel: string, slot: string, body: string): string {
    return this.#signature.sign(body, channel, letters.latest, slot);
  }

  readValue(channel: string, slot: string, signed: string): string | undefined {
    if (signed.length > this.#maxLength) return undefined;
    return this.#signature.check(signed, channel, letters.latest, slot);
  }

  /** Something that is kept beside the logs; `place` says where it lies, and it holds nowhere else. */
  kept(text: string, ...place: readonly string[]): string {
    return this.#signature.sign(text, letters.kept, ...place);
  }

  readKept(signed: string, ...place: readonly string[]): string | undefined {
    if (signed.length > this.#maxLength) return undefined;
    return this.#signature.check(signed, letters.kept, ...place);
  }

  /** What was said; `undefined` when it is nothing of ours. */
  read(channel: string, text: string): SharedText | undefined {
    if (text.length > this.#maxLength) return undefined;
    const letter = text.charAt(0);
    if (letter === letters.appended) return this.#readAppended(channel, text);
    if (letter === letters.latest) return this.#readLatest(channel, text);
    const rest = this.#signature.check(text.slice(1), channel, letter);
    if (rest === undefined) return undefined;
    switch (letter) {
      case letters.emitted:
        return { kind: 'emitted', body: rest };
      case letters.renewed:
        return { kind: 'renewed' };
      case letters.told:
        return { kind: 'told', text: rest };
      default:
        return undefined;
    }
  }

  #write(channel: string, letter: string, rest: string): string {
    return letter + this.#signature.sign(rest, channel, letter);
  }

  /** `a<at> <after> <time> <key> <epoch>\n<body>` */
  #readAppended(channel: string, text: string): SharedText | undefined {
    const end = text.indexOf('\n');
    if (end < 0 || end > 4 * longestNumber + longestKey + longestEpoch) return undefined;
    const [at = '', after = '', time = '', key = '', ...epoch] = text.slice(1, end).split(' ');
    const body = this.readEntryBody(channel, key, text.slice(end + 1));
    const kept = body === undefined ? undefined : readEntry({ at, after, time, key }, body);
    return kept && { kind: 'appended', epoch: epoch.join(' '), ...kept };
  }

  /** `l<length of the slot> <slot><body> <time>` */
  #readLatest(channel: string, text: string): SharedText | undefined {
    const end = text.lastIndexOf(' ');
    const time = readNumber(text.slice(end + 1));
    const rest = this.#signature.check(text.slice(1, Math.max(1, end)), channel, letters.latest);
    if (time === undefined || rest === undefined) return undefined;
    const space = rest.indexOf(' ');
    const length = readNumber(rest.slice(0, Math.max(0, Math.min(space, longestNumber))));
    const start = space + 1;
    if (length === undefined || start + length > rest.length) return undefined;
    const [slot, body] = [rest.slice(start, start + length), rest.slice(start + length)];
    return { kind: 'latest', slot, body, time };
  }
}

/** An entry of numbers that came as text; `undefined` when they are none, or cannot be. */
export function readEntry(
  head: Readonly<Record<'at' | 'after' | 'time' | 'key', string>>,
  body: string,
): KeptEntry | undefined {
  const [at, after, time] = [readNumber(head.at), readNumber(head.after), readNumber(head.time)];
  if (at === undefined || after === undefined || time === undefined || after >= at) return undefined;
  if (head.key.length > longestKey) return undefined;
  return { entry: { at, after, time, body }, key: head.key };
}

/** A whole number from 0 on, as a position or a time is; `undefined` for anything else. */
export function readNumber(text: unknown): number | undefined {
  if (typeof text === 'number') return Number.isSafeInteger(text) && text >= 0 ? text : undefined;
  if (typeof text !== 'string' || text.length > longestNumber || !/^\d+$/.test(text)) return undefined;
  const number = Number(text);
  return Number.isSafeInteger(number) ? number : undefined;
}

/** What is told of something that lies in Redis, or was heard there, and cannot be taken. */
export function notOurs(what: string): TypeError {
  return new TypeError(`${what} is ignored: it was not written by Wirepact, or not signed with this hmacKey`);
}
