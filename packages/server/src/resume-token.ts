// The secret that resumes a session. A new one is given with every `$welcome`; the one before stays valid until the client
// shows that it has the new one, or a line that breaks in between would cost it the session.
import { createSecret, hashOf } from './secrets.js';

/** What a session keeps of its secrets. */
export class ResumeToken {
  #current = '';
  #previous = '';

  /** Makes a new one, which is known here by its hash only. */
  rotate(): string {
    const secret = createSecret();
    this.#previous = this.#current;
    this.#current = hashOf(secret);
    return secret;
  }

  /** The client said something after it was given the newest. */
  confirm(): void {
    this.#previous = '';
  }

  opens(secret: string): boolean {
    const hash = hashOf(secret);
    return hash === this.#current || hash === this.#previous;
  }
}
