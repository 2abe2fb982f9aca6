// Socket.IO 4 over WebSocket alone, with acknowledgements for replies.
import type { Application, Contender, Heard, Served } from '../contender.js';
import { orderSchema, receiptSchema, tickSchema, type Order, type Receipt, type Tick } from '../messages.js';
import { listen, tokenOf } from './listen.js';

export const socketIo: Contender = createContender('Socket.IO', false);
export const socketIoWithZod: Contender = createContender('Socket.IO + zod', true);

function createContender(name: string, validates: boolean): Contender {
  return {
    name,
    package: 'socket.io',
    validates,
    settings: "transports: ['websocket'], perMessageDeflate: false, as by default",
    serve: (app) => serve(app, validates),
    wire: {
      url: '/socket.io/?EIO=4&transport=websocket',
      greeting: () => ({ isAnswered: true }),
      encode: (id, route, order) => `42${id}${JSON.stringify([route, order])}`,
      decode,
    },
  };
}

/** Engine.IO's packet type stands first in a text, Socket.IO's second. */
function decode(text: string): Heard {
  if (text.startsWith('42')) {
    const [, tick] = JSON.parse(text.slice(2)) as [string, Tick];
    return { kind: 'tick', tick };
  }
  if (text.startsWith('43')) {
    const at = text.indexOf('[');
    const [receipt] = JSON.parse(text.slice(at)) as [Receipt];
    return { kind: 'reply', id: Number(text.slice(2, at)), receipt };
  }
  if (text.startsWith('40')) return { kind: 'ready' };
  if (text.startsWith('0')) return { kind: 'answer', text: '40' };
  if (text === '2') return { kind: 'answer', text: '3' };
  return { kind: 'nothing' };
}

async function serve(app: Application, validates: boolean): Promise<Served> {
  const { Server } = await import('socket.io');
  const { server, port } = await listen();
  const io = new Server(server, {
    transports: ['websocket'],
    perMessageDeflate: false,
    serveClient: false,
  });
  const { authenticate } = app;
  if (authenticate) {
    io.use((socket, next) => {
      authenticate(tokenOf(socket.request.url)).then(() => next(), next);
    });
  }
  const handle = validates
    ? (order: unknown): Receipt => receiptSchema.parse(app.handle(orderSchema.parse(order)))
    : (order: unknown): Receipt => app.handle(order as Order);
  io.on('connection', (socket) => {
    for (const route of app.routes) {
      socket.on(route, (order: unknown, reply: (receipt: Receipt) => void) => reply(handle(order)));
    }
    void socket.join([...app.assignRooms()]);
  });
  const checked = (tick: Tick): Tick => (validates ? tickSchema.parse(tick) : tick);
  return {
    port,
    broadcast: (tick) => io.emit('tick', checked(tick)),
    sendToRoom: (room, tick) => io.to(room).emit('tick', checked(tick)),
  };
}
