// Signs what is stored in Redis, so that nothing that others store there is taken for it.
import { createHmac, timingSafeEqual } from 'node:crypto';

/** Characters of a signature: SHA-256 as base64url. */
const length = 43;

/** Signs texts, or with no key leaves them as they are. */
export class Signature {
  readonly #key: Uint8Array | undefined;

  constructor(key: Uint8Array | undefined) {
    this.#key = key;
  }

  /** A text with its signature in front, which holds where the text was meant to stand alone. */
  sign(text: string, ...place: readonly string[]): string {
    return this.#key === undefined ? text : this.#of(this.#key, text, place) + text;
  }

  /** The text behind a signature; `undefined` when that is not ours. */
  check(signed: string, ...place: readonly string[]): string | undefined {
    if (this.#key === undefined) return signed;
    const text = signed.slice(length);
    const given = Buffer.from(signed.slice(0, length));
    const expected = Buffer.from(this.#of(this.#key, text, place));
    return given.length === expected.length && timingSafeEqual(given, expected) ? text : undefined;
  }

  #of(key: Uint8Array, text: string, place: readonly string[]): string {
    const hmac = createHmac('sha256', key);
    // lengths in front: two places that read alike one after the other are not the same
    for (const part of place) hmac.update(`${part.length}:${part}`);
    return hmac.update(text).digest('base64url');
  }
}
