// The resume token of a session. Every `$welcome` brings a new one; the one that the client presented stays valid until the
// client shows that it has the new one, or a connection lost in between would cost it the session.
import { createSecret, hashOf } from '../secrets.js';

/** What a session keeps of its secrets. */
export class ResumeToken {
  #current = '';
  #previous = '';

  /** What is known of the newest. */
  get hash(): string {
    return this.#current;
  }

  /** What is known of the one before it; empty when that opens nothing any more. */
  get previousHash(): string {
    return this.#previous;
  }

  /** Makes a new one, which is known here by its hash only. `used` is the one that the client came with. */
  rotate(used?: string, secret: string = createSecret()): string {
    this.#previous = used === undefined ? '' : hashOf(used);
    this.#current = hashOf(secret);
    return secret;
  }

  /** The client said something after it was given the newest. Whether that is news. */
  confirm(): boolean {
    const isNews = this.#previous !== '';
    this.#previous = '';
    return isNews;
  }

  opens(secret: string): boolean {
    const hash = hashOf(secret);
    return hash === this.#current || hash === this.#previous;
  }
}
