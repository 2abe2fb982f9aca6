// The request that asks for a connection, and what a socket keeps of it.

/** Headers as `node:http` has them: names in lower case, and a list for some headers that were sent several times. */
export type RequestHeaders = Readonly<Record<string, string | readonly string[] | undefined>>;

/** A request for a connection, as `authenticate` sees it. */
export interface UpgradeRequest {
  /**
   * The request's headers, without the auth token.
   * With `origins: '*'`, they also lack cookies and the credentials that browsers attach by themselves.
   */
  readonly headers: RequestHeaders;
  /** Path and query as requested: `/ws?room=lobby`. */
  readonly url: string;
  /** The client's address: of the TCP connection, or as a proxy in `trustProxy` reports it. */
  readonly remoteAddress: string | undefined;
  /** Whether the connection itself uses TLS. Behind a proxy that ends TLS, it does not. */
  readonly encrypted: boolean;
  /** The auth token: what the client's `getToken` returned, also when it was asked for a new one. */
  readonly token?: string;
}

/** The request that opened a client's connection, without its token. */
export interface Handshake {
  /** The headers that `authenticate` saw. */
  readonly headers: RequestHeaders;
  /** Path and query as requested: `/ws?room=lobby`. */
  readonly url: string;
  /** The client's address: of the TCP connection, or as a proxy in `trustProxy` reports it. */
  readonly remoteAddress: string | undefined;
}
