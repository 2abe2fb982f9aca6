// permessage-deflate as a client has it: what it offers, and messages deflated and inflated as was agreed (RFC 7692 section 7).
import { constants, createDeflateRaw, inflateRawSync, type DeflateRaw } from 'node:zlib';
import { once } from 'node:events';

/** What a client may ask for. */
export interface DeflateOffer {
  readonly serverNoContextTakeover?: true;
  readonly serverMaxWindowBits?: number;
  readonly clientNoContextTakeover?: true;
  /** `true` says that the server may choose. */
  readonly clientMaxWindowBits?: number | true;
}

/** What was agreed on. */
export interface DeflateTerms {
  readonly serverKeeps: boolean;
  readonly serverBits: number;
  readonly clientKeeps: boolean;
  readonly clientBits: number;
}

export function writeOffers(offers: readonly DeflateOffer[]): string {
  return offers
    .map((offer) =>
      [
        'permessage-deflate',
        ...(offer.serverNoContextTakeover ? ['server_no_context_takeover'] : []),
        ...(offer.serverMaxWindowBits ? [`server_max_window_bits=${offer.serverMaxWindowBits}`] : []),
        ...(offer.clientNoContextTakeover ? ['client_no_context_takeover'] : []),
        ...(offer.clientMaxWindowBits === true ? ['client_max_window_bits'] : []),
        ...(typeof offer.clientMaxWindowBits === 'number'
          ? [`client_max_window_bits=${offer.clientMaxWindowBits}`]
          : []),
      ].join('; '),
    )
    .join(', ');
}

/** Reads the server's answer; what does not answer any of the offers is a fault. `undefined` where it declined. */
export function readTerms(
  answer: string | undefined,
  offers: readonly DeflateOffer[],
): DeflateTerms | string | undefined {
  if (answer === undefined) return undefined;
  const [name, ...parameters] = answer.split(';').map((part) => part.trim());
  if (name !== 'permessage-deflate') return `the server agreed to "${name}"`;
  const given = new Map(
    parameters.map((parameter) => {
      const [key = '', value] = parameter.split('=');
      return [key, value];
    }),
  );
  if (given.size !== parameters.length) return 'the server gave a parameter twice';
  const bits = (key: string): number => Number(given.get(key) ?? 15);
  const terms: DeflateTerms = {
    serverKeeps: !given.has('server_no_context_takeover'),
    serverBits: bits('server_max_window_bits'),
    clientKeeps: !given.has('client_no_context_takeover'),
    clientBits: bits('client_max_window_bits'),
  };
  const isMet = ({
    serverNoContextTakeover,
    serverMaxWindowBits = 15,
    clientMaxWindowBits,
  }: DeflateOffer): boolean =>
    !(serverNoContextTakeover && terms.serverKeeps) &&
    terms.serverBits <= serverMaxWindowBits &&
    // a client that did not say that it can must not be told to
    (clientMaxWindowBits !== undefined || !given.has('client_max_window_bits')) &&
    (typeof clientMaxWindowBits !== 'number' ||
      !given.has('client_max_window_bits') ||
      terms.clientBits <= clientMaxWindowBits);
  return offers.some(isMet) ? terms : `the answer "${answer}" is none to any offer`;
}

const tail = Buffer.from([0, 0, 0xff, 0xff]);

/** Both ways of one connection. */
export class DeflateCodec {
  readonly #terms: DeflateTerms;
  #deflater: DeflateRaw;
  /** What came so far, where the server keeps its dictionary: what it points back to. */
  #window = Buffer.alloc(0);

  constructor(terms: DeflateTerms) {
    this.#terms = terms;
    this.#deflater = this.#createDeflater();
  }

  /** The payload of a message that is deflated. */
  async deflate(payload: Buffer): Promise<Buffer> {
    if (!this.#terms.clientKeeps) this.#deflater = this.#createDeflater();
    const deflater = this.#deflater;
    const parts: Buffer[] = [];
    const keep = (part: Buffer): unknown => parts.push(part);
    deflater.on('data', keep);
    deflater.write(payload);
    await new Promise<void>((resolve) => deflater.flush(constants.Z_SYNC_FLUSH, () => resolve()));
    if (deflater.readableLength > 0) await once(deflater, 'data');
    deflater.off('data', keep);
    return Buffer.concat(parts).subarray(0, -tail.length);
  }

  /** @throws Error where it points back further than was agreed, or is no deflated text */
  inflate(payload: Buffer): Buffer {
    const { serverBits, serverKeeps } = this.#terms;
    const whole = inflateRawSync(Buffer.concat([payload, tail]), {
      windowBits: serverBits,
      finishFlush: constants.Z_SYNC_FLUSH,
      ...(this.#window.length > 0 && { dictionary: this.#window }),
    });
    if (serverKeeps) this.#window = Buffer.concat([this.#window, whole]).subarray(-(2 ** serverBits));
    return whole;
  }

  #createDeflater(): DeflateRaw {
    // zlib knows no smaller window than 9 bits
    return createDeflateRaw({ windowBits: Math.max(9, this.#terms.clientBits) });
  }
}
