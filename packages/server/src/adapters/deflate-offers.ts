// Chooses which of a client's permessage-deflate offers to accept (RFC 7692 section 7). If none is acceptable, the connection
// continues without compression; `ws` would refuse the handshake.

/** What was agreed on beside that both sides forget their dictionaries after every message. */
export interface DeflateTerms {
  /** How much of a message the server may point back to, as a power of two in bytes. */
  readonly serverBits: number;
  /** The same for the client, where it lets the server say so. */
  readonly clientBits: number | undefined;
}

/** Windows are no larger than this: a kilobyte for each of both ways. */
const ownBits = 10;

/** An offer in the form that `ws` reads: the values of each parameter, `true` where it has none. */
export type Offer = Readonly<Record<string, readonly (string | true)[]>>;

/** The terms of the first offer that can be met. */
export function findTerms(offers: readonly Offer[]): DeflateTerms | undefined {
  for (const offer of offers) {
    const terms = termsOf(offer);
    if (terms !== undefined) return terms;
  }
  return undefined;
}

/** What `ws` is told of these terms, and of the memory that they may take. */
export function deflateBy({ serverBits, clientBits }: DeflateTerms): object {
  return {
    // without these every idle connection keeps a compressor's window
    serverNoContextTakeover: true,
    clientNoContextTakeover: true,
    serverMaxWindowBits: serverBits,
    ...(clientBits !== undefined && { clientMaxWindowBits: clientBits }),
    // what is larger than a chunk comes in several
    zlibDeflateOptions: { memLevel: 4, chunkSize: 4_096 },
    zlibInflateOptions: { chunkSize: 4_096 },
    threshold: 1_024,
    concurrencyLimit: 10,
  };
}

/** The offer that leads to these terms, as a header. */
export function writeOffer({ serverBits, clientBits }: DeflateTerms): string {
  const client = clientBits === undefined ? '' : `; client_max_window_bits=${clientBits}`;
  return `permessage-deflate; server_max_window_bits=${serverBits}${client}`;
}

function termsOf(offer: Offer): DeflateTerms | undefined {
  let serverBits: number | undefined = ownBits;
  let clientBits: number | undefined;
  for (const [name, values] of Object.entries(offer)) {
    const [value] = values;
    if (values.length !== 1 || value === undefined) return undefined;
    const bits = value === true ? undefined : readBits(value);
    if (name === 'server_max_window_bits') serverBits = bits;
    else if (name === 'client_max_window_bits') clientBits = value === true ? ownBits : (bits ?? 0);
    else if (!isFlag(name) || value !== true) return undefined;
  }
  if (serverBits === undefined || clientBits === 0) return undefined;
  return {
    serverBits: Math.min(serverBits, ownBits),
    clientBits: clientBits === undefined ? undefined : Math.min(clientBits, ownBits),
  };
}

const isFlag = (name: string): boolean =>
  name === 'server_no_context_takeover' || name === 'client_no_context_takeover';

/** 8 to 15, written without a zero in front. */
function readBits(value: string): number | undefined {
  return /^([89]|1[0-5])$/.test(value) ? Number(value) : undefined;
}
