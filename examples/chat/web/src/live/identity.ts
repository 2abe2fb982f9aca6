// Who this window is: a secret that it made up, and the name it goes by. Two windows are two people; a reload is the same one.
import type { Ticket } from '@wirepact-example/chat-contract/people';

const storageKey = 'party-line.identity';

export interface Identity {
  /** What the server's `authenticate` is shown. */
  readonly token: () => string;
  /** Goes by this name from the next connection on. */
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

/** `?name=Ada` names this window once; the address is tidied, so that a reload keeps a name that was changed later. */
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
    // a browser that stores nothing: this window is somebody else after a reload
  }
}

// not crypto.randomUUID, which pages without TLS do not have
function randomSecret(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) =>
    byte.toString(16).padStart(2, '0'),
  ).join('');
}
