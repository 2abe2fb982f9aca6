// One life of the server, from its start until it is killed or drained: its routes write down what they were called with.
import type { Clock } from '@wirepact/core';
import type { DeliveryChecker } from '@wirepact/core/testing';
import { SocketManager, type Socket } from '@wirepact/server';
import { channels, type Channels } from './contract.js';

type Admission = Extract<Awaited<ReturnType<Sockets['admit']>>, { readonly accepted: true }>;
type TransportListener = Parameters<Parameters<Admission['open']>[0]['listen']>[0];

const protocol = 'wirepact.v1';

interface Person {
  readonly name: string;
}

export type Sockets = SocketManager<Channels, Person>;
export type AnySocket = Socket<Channels, Person>;

export interface ServerOptions {
  readonly name: string;
  readonly clock: Clock;
  readonly checker: DeliveryChecker;
  readonly isTight: boolean;
  readonly isAllowed: (room: string) => boolean;
  /** What went wrong in the server. */
  readonly failed: (error: unknown) => void;
  /** An idempotent request was handled. */
  readonly kept: (n: number) => void;
}

/** The bounds of a schedule that reaches them. */
const tight = {
  backpressure: { resumeBytes: 1_000, softBytes: 2_000, hardBytes: 10_000 },
  logs: { maxBytes: 3_000, maxAgeMs: 30_000 },
  session: { resumeForMs: 20_000, answers: 3, answerBytes: 2_000 },
};
const roomy = { session: { resumeForMs: 40_000 } };

export class ServerLife {
  readonly name: string;
  readonly sockets: Sockets;
  /** Killed: what its handlers still do is nobody's business. */
  isDead = false;

  constructor({ name, clock, checker, isTight, isAllowed, failed, kept }: ServerOptions) {
    this.name = name;
    const wait = (ms: number): Promise<void> | undefined =>
      ms === 0 ? undefined : new Promise((resolve) => clock.after(ms, resolve));
    const handle = async (
      { n, from, ms }: { readonly n: number; readonly from: string; readonly ms: number },
      { messageId }: { readonly messageId: string },
    ): Promise<void> => {
      checker.handlerStarted(messageId);
      checker.received({ client: 'server', log: from, message: n });
      await wait(ms);
      if (!this.isDead) checker.handlerEnded(messageId);
    };
    this.sockets = new SocketManager(channels, {
      authenticate: ({ token = '' }): Person => ({ name: token }),
      rooms: { authorize: (_, room) => isAllowed(room) },
      onError: (error) => failed(error),
      clock,
      limits: { upgradeBurstPerIp: 1e6, joinsPerSecond: 1e6, messageBurst: 1e6 },
      ...(isTight ? tight : roomy),
      routes: {
        say: (_, data, context): unknown => handle(data, context),
        async ask(_, data, context) {
          await handle(data, context);
          return { n: data.n };
        },
        async keep(_, { n, ms }) {
          kept(n);
          await wait(ms);
          return { n };
        },
        async *tail(_, { items, ms }) {
          for (let n = 1; n <= items; n++) {
            await wait(ms);
            yield n;
          }
        },
      },
    });
  }

  /** The epoch of what is sent to everyone, which a client is told when it comes and nobody else. */
  async everyoneEpoch(): Promise<string | undefined> {
    const headers = { host: 'memory', 'sec-websocket-protocol': protocol };
    const request = { headers, url: '/', remoteAddress: '127.0.0.1', encrypted: false };
    const admission = await this.sockets.admit(request);
    if (!admission.accepted) return undefined;
    let epoch: string | undefined;
    let hear = (_: TransportListener): void => {};
    const heard = new Promise<TransportListener>((resolve) => (hear = resolve));
    admission.open({
      protocol,
      ...{ bufferedBytes: 0, receivedBytes: 0, isReading: true },
      send(text) {
        const { path, data } = JSON.parse(text) as {
          path: string;
          data: { streams: { '*': [string, number] } };
        };
        if (path === '$welcome') epoch = data.streams['*'][0];
      },
      listen: hear,
      ...{ ping() {}, pause() {}, resume() {}, passOnUrgent() {}, close() {}, terminate() {} },
    });
    const listener = await heard;
    listener.message('{"path":"$hello","data":{}}');
    listener.closed(1000, '');
    return epoch;
  }
}
