// Socket.IO 4 with its Redis adapter, as it is run by those who have more than one node: REDIS_PORT says where Redis is.
import { createServer } from 'node:http';
import { createAdapter } from '@socket.io/redis-adapter';
import { createClient } from 'redis';
import { Server } from 'socket.io';
import { handle, listen } from './frames.mjs';

const publisher = createClient({ socket: { host: '127.0.0.1', port: Number(process.env.REDIS_PORT) } });
const subscriber = publisher.duplicate();
await Promise.all([publisher.connect(), subscriber.connect()]);

const rooms = new Map();
const server = createServer();
const io = new Server(server, { transports: ['websocket'], serveClient: false, adapter: createAdapter(publisher, subscriber) });
io.on('connection', (socket) => {
  socket.on('m', (frame) =>
    handle(frame, rooms, {
      enter: (room) => socket.join(room),
      send: (room, push) => io.to(room).emit('m', push),
      answer: (answered) => socket.emit('m', answered),
    }),
  );
});
listen(server);
