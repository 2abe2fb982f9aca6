// The identity of this browser window: a random secret and a name. Two windows are two guests; a reload keeps the
// guest.
import type { Ticket } from '@wirepact-example/chat-contract/people';

const storageKey = 'party-line.identity';

export interface Identity {
  /** The token that the server's `authenticate` receives. */
  readonly token: () => string;
  /** Stores a new name, which is sent with the next connection. */
  readonly keepName: (name: string) => void;
  readonly name: () => string | undefined;
}

export function createIdentity(): Identity {
  let stored = nameFromAddress(readStored() ?? { secret: randomSecret() });
  write(stored);
  return {
    token: () => JSON.stringify(stored),
    name: () => stored.name,
    keepName(name) {
      stored = { ...stored, name };
      write(stored);
    },
  };
}

/** `?name=Ada` names this window once. It is then removed from the URL, so that a reload keeps a name chosen later. */
function nameFromAddress(stored: Ticket): Ticket {
  const address = new URL(location.href);
  const name = address.searchParams.get('name');
  if (name === null) return stored;
  address.searchParams.delete('name');
  history.replaceState(null, '', address);
  return { ...stored, name };
}

function readStored(): Ticket | undefined {
  try {
    return JSON.parse(sessionStorage.getItem(storageKey) ?? '') as Ticket;
  } catch {
    return undefined;
  }
}

function write(stored: Ticket): void {
  try {
    sessionStorage.setItem(storageKey, JSON.stringify(stored));
  } catch {
    // the browser forbids storage: this window is a new guest after a reload
  }
}

// not crypto.randomUUID, which pages without TLS do not have
function randomSecret(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) =>
    byte.toString(16).padStart(2, '0'),
  ).join('');
}
