// The secret that resumes a session. A new one is given with every `$welcome`; the one that the client came with stays valid
// until it shows that it has the new one, or lines that break in between would cost it the session.
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
