// ws by hand, the obvious way: JSON.parse, a look-up of the path, JSON.stringify, a loop for a broadcast.
import type { WebSocket } from 'ws';
import type { Application, Contender, Served } from '../contender.js';
import { orderSchema, receiptSchema, type Order, type Tick } from '../messages.js';
import { listen, tokenOf } from './listen.js';
import { plainJson } from './plain-json.js';

export const bareWs: Contender = createContender('bare ws', false, [
  ...(['idle', 'requests', 'broadcast', 'rooms', 'direct', 'volatile'] as const),
]);
export const bareWsWithZod: Contender = createContender('bare ws + zod', true, ['requests']);

function createContender(name: string, validates: boolean, features: Contender['features']): Contender {
  return {
    name,
    package: 'ws',
    validates,
    features,
    settings: '`perMessageDeflate: false`, the default',
    wire: plainJson,
    serve: (app) => serve(app, validates),
  };
}

interface Question {
  readonly path: string;
  readonly id: number;
  readonly data: unknown;
}

async function serve(app: Application, validates: boolean): Promise<Served> {
  const { WebSocketServer } = await import('ws');
  const { server, port } = await listen();
  const sockets = new WebSocketServer({ noServer: true, clientTracking: true });
  const rooms = new Map<string, Set<WebSocket>>();
  const routes = new Map(app.routes.map((path) => [path, app.handle]));

  function answer(socket: WebSocket, text: string): void {
    const { path, id, data } = JSON.parse(text) as Question;
    const handle = routes.get(path);
    if (!handle) throw new Error(`no route ${path}`);
    const reply = validates ? receiptSchema.parse(handle(orderSchema.parse(data))) : handle(data as Order);
    socket.send(JSON.stringify({ path, id, data: reply }));
  }

  sockets.on('connection', (socket) => {
    socket.on('message', (raw: Buffer) => answer(socket, raw.toString()));
    socket.on('error', () => socket.terminate());
    const joined = app.assignRooms();
    for (const room of joined) rooms.set(room, (rooms.get(room) ?? new Set()).add(socket));
    socket.on('close', () => {
      for (const room of joined) rooms.get(room)?.delete(socket);
    });
  });
  server.on('upgrade', (request, socket, head) => {
    const upgrade = (): void =>
      sockets.handleUpgrade(request, socket, head, (webSocket) => sockets.emit('connection', webSocket));
    if (!app.authenticate) upgrade();
    else app.authenticate(tokenOf(request.url)).then(upgrade, () => socket.destroy());
  });

  const encode = (data: Tick): string => JSON.stringify({ path: 'tick', data });
  function send(receivers: Iterable<WebSocket>, tick: Tick): void {
    const text = encode(tick);
    for (const socket of receivers) socket.send(text);
  }
  return {
    port,
    broadcast: (tick) => send(sockets.clients, tick),
    sendToRoom: (room, tick) => send(rooms.get(room) ?? [], tick),
    sendToEach(tick) {
      for (const socket of sockets.clients) socket.send(encode(tick));
    },
    broadcastVolatile(tick) {
      const text = encode(tick);
      for (const socket of sockets.clients) if (socket.bufferedAmount === 0) socket.send(text);
    },
  };
}
