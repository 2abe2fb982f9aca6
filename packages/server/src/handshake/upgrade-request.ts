// What is known of a connection before it is one, and what is kept of it afterwards.

/** Header names are lower case; a header that came twice is a list, as `node:http` has it. */
export type RequestHeaders = Readonly<Record<string, string | readonly string[] | undefined>>;

/** A connection that asks to be let in. */
export interface UpgradeRequest {
  readonly headers: RequestHeaders;
  /** Path and query, as requested: `/ws?room=lobby`. */
  readonly url: string;
  /** The address of the client: the other end of the TCP connection, or whom a proxy names that `trustProxy` names. */
  readonly remoteAddress: string | undefined;
  /** Whether the connection itself is TLS. Behind a proxy that ends TLS it is not. */
  readonly encrypted: boolean;
  /** What the client's `getToken` gave, or what it sent when it was asked again. */
  readonly token?: string;
}

/** What a socket keeps of its {@link UpgradeRequest}. The token is not in it. */
export interface Handshake {
  readonly headers: RequestHeaders;
  readonly url: string;
  readonly remoteAddress: string | undefined;
}
