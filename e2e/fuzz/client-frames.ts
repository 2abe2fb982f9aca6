// Fuzzes the client: a server that says anything, at any moment, closes as it likes and comes back.
import { createClient, type WebSocketClass, type WebSocketLike } from '@wirepact/client';
import { createManualClock } from '@wirepact/core/testing';
import type { Chance, Target } from './fuzz.js';
import { channels, type Channels } from './fuzzed-server.js';
import { messageSeeds } from './message-seeds.js';
import { mutateText } from './mutation.js';

type HostedClient = ReturnType<typeof createClient<Channels>>;
type Listener = (event: never) => void;

/** A socket whose other end is hostile. */
class HostileSocket implements WebSocketLike {
  readonly bufferedAmount = 0;
  readyState = 0;
  protocol = '';
  readonly #listeners = new Map<string, Listener[]>();

  addEventListener(type: string, listener: Listener): void {
    this.#listeners.set(type, [...(this.#listeners.get(type) ?? []), listener]);
  }

  send(): void {
    if (this.readyState === 0) throw new Error('the socket is not open yet');
  }

  close(code = 1005): void {
    if (this.readyState >= 2) return;
    this.readyState = 2;
    queueMicrotask(() => this.closed(code, ''));
  }

  opened(protocol: string): void {
    if (this.readyState !== 0) return;
    this.readyState = 1;
    this.protocol = protocol;
    this.#tell('open', {});
  }

  received(data: unknown): void {
    if (this.readyState === 1) this.#tell('message', { data });
  }

  closed(code: number, reason: string): void {
    if (this.readyState === 3) return;
    this.readyState = 3;
    this.#tell('error', {});
    this.#tell('close', { code, reason });
  }

  #tell(type: string, event: object): void {
    for (const listener of this.#listeners.get(type) ?? []) listener(event as never);
  }
}

const room = (more: string): string => `{"room":"lobby"${more}}`;
/** What a server says. */
const said = [
  '{"path":"$welcome","data":{"session":"s_1","token":"t","resumed":false,"streams":{"*":["e",0]},"limits":{"maxMessageBytes":262144}}}',
  '{"path":"$welcome","data":{"session":"s_1","token":"u","resumed":true,"done":[[1,5]]}}',
  '{"path":"$welcome","data":{"session":5,"token":{},"resumed":"yes","done":[[5,1],[1e300,-1]],"streams":[],"limits":null}}',
  '{"path":"$welcome","data":{"channels":{"echo":{"delivery":"latest"},"__proto__":{"delivery":"volatile"}},"heartbeatMs":-1}}',
  ...[
    '{"path":"$welcome"}',
    '{"path":"$ping"}',
    '{"path":"$pong"}',
    '{"path":"$reauth"}',
    '{"path":"$goodbye"}',
  ],
  '{"path":"$goodbye","data":{"why":"restart","returnWithinMs":-1,"final":true}}',
  '{"path":"$ack","data":{"done":[[1,2]]}}',
  '{"path":"$ack","data":{"done":[[0,9007199254740991],[3]]}}',
  `{"path":"$stream","data":${room(',"epoch":"e","from":0,"count":3')}}`,
  `{"path":"$stream","data":${room(',"epoch":5,"from":-1,"count":1e300')}}`,
  `{"path":"$live","data":${room(',"at":5')}}`,
  `{"path":"$gap","data":${room(',"why":"lost","from":["e",0],"to":["f",9]')}}`,
  `{"path":"$gap","data":${room(',"why":5,"from":5')}}`,
  `{"path":"$join","data":${room('')},"id":1}`,
  `{"path":"$join","id":1,"error":{"code":"denied","message":"no"}}`,
  `{"path":"$leave","data":${room(',"why":"removed"')}}`,
  `{"path":"$members","data":${room(',"members":{"a":1,"__proto__":2}')}}`,
  `{"path":"$member","data":${room(',"id":"a","info":{}')}}`,
  `{"path":"$member","data":${room(',"id":"__proto__"')}}`,
  ...[
    '{"path":"notice","data":1}',
    '{"path":"notice","data":1,"at":1,"after":0}',
    '{"path":"notice","at":-1,"after":1e300}',
  ],
  ...[
    '{"path":"chat","data":5,"room":"lobby","at":4,"after":3}',
    '{"path":"chat","data":"x","room":"__proto__"}',
  ],
  ...[
    '{"path":"echo","data":1,"id":1}',
    '{"path":"echo","id":1,"error":{"code":"__proto__"}}',
    '{"path":"echo","id":1,"error":5}',
  ],
  ...[
    '{"path":"tail","data":1,"id":2,"more":true,"n":1}',
    '{"path":"tail","id":2,"end":true}',
    '{"path":"tail","id":2,"more":true,"n":-1}',
  ],
  ...[
    '{"path":"price","data":"tea","id":"s1"}',
    '{"path":"price","data":5,"id":"s1"}',
    '{"path":"price","id":{}}',
  ],
  '{"path":"$error","data":{"code":"bad_frame","message":"x"}}',
  '{"path":"$error","id":3,"error":{"code":"unknown_outcome","message":"x","issues":[1,null,{"path":5}]}}',
  ...messageSeeds.slice(-60),
];
const closes = [
  1000,
  1001,
  1006,
  1009,
  1012,
  1013,
  4001,
  4401,
  4403,
  4408,
  4409,
  4429,
  4508,
  0,
  -1,
  65_536,
  NaN,
];
/** What is no text at all. */
const other: readonly unknown[] = [
  undefined,
  null,
  5,
  {},
  new ArrayBuffer(3),
  Buffer.from('{"path":"notice"}'),
];

export const clientFrames: Target = {
  name: 'client frames',
  async round(chance, steps, watch) {
    const clock = createManualClock({ random: chance.random });
    const sockets: HostileSocket[] = [];
    const Socket = function make(): HostileSocket {
      const socket = new HostileSocket();
      sockets.push(socket);
      return socket;
    } as unknown as WebSocketClass;
    const wrong: string[] = [];
    const options = { url: 'ws://hostile/', WebSocket: Socket, clock, getToken: () => 'token' };
    // the same methods, and other forms of what is heard, which nobody looks at
    const client = chance.often(0.5)
      ? createClient({ ...options, channels })
      : createClient<Channels>(options);
    client.onError(() => undefined);
    client.onGap(() => undefined);
    client.onAny(() => undefined);
    client.on('notice', () => {
      if (chance.often(0.01)) throw new Error('a listener fails');
    });
    client.handle('price', () => chance.below(5));
    const ask = act(client, chance);
    for (let step = 0; step < steps; step += 1) {
      const socket = sockets.at(-1);
      const what = chance.random();
      if (what < 0.12) watch.step(ask);
      else if (what < 0.2) watch.step(() => clock.advance(chance.below(chance.often(0.2) ? 40_000 : 500)));
      else if (what < 0.23) watch.step(() => socket?.closed(chance.pick(closes), 'x'));
      else if (what < 0.3)
        watch.step(() => socket?.opened(chance.pick(['wirepact.v1', 'wirepact.v1', '', 'other'])));
      else if (what < 0.35) await new Promise((resolve) => setImmediate(resolve));
      else if (what < 0.36) watch.step(() => socket?.received(chance.pick(other)));
      else if (what < 0.4) watch.step(() => socket?.received(said[0]));
      else {
        const text = chance.pick(said);
        watch.step(() => socket?.received(chance.often(0.5) ? mutateText(text, chance) : text));
      }
    }
    client.close();
    clock.advance(100_000);
    for (let turn = 0; turn < 4; turn += 1) await new Promise((resolve) => setImmediate(resolve));
    if (client.status.name !== 'closed') wrong.push(`it was closed and is ${client.status.name}`);
    if (clock.pending > 0) wrong.push(`${clock.pending} timers are left`);
    return wrong;
  },
};

/** What an application does meanwhile. Whatever it asks for may fail. */
function act(client: HostedClient, chance: Chance): () => void {
  const ignore = (): void => undefined;
  const acts: readonly (() => void)[] = [
    () => client.connect(),
    () => client.send('note', chance.below(100)),
    () => client.send('typing', 1),
    () => void client.request('echo', 'x').catch(ignore),
    () => void client.request('chat', { text: 'x' }).catch(ignore),
    () =>
      void client
        .join(chance.pick(['lobby', 'all', '__proto__']))
        .then((one) => (chance.often(0.3) ? one.leave() : undefined))
        .catch(ignore),
    () =>
      void (async () => {
        let taken = 0;
        for await (const _item of client.stream('tail', { count: 3 })) if ((taken += 1) > 5) break;
      })().catch(ignore),
  ];
  return () => {
    try {
      chance.pick(acts)();
    } catch {
      // an outbox that is full, a client that is closed: it is told
    }
  };
}
