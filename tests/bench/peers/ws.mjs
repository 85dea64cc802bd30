// A broadcaster on `ws`: JSON is written once a message, and sent to each socket of the room.
import { createServer } from 'node:http';
import { WebSocketServer } from 'ws';
import { handle, listen } from './frames.mjs';

const rooms = new Map();
const members = new Map();
const server = createServer();

new WebSocketServer({ server, perMessageDeflate: false, clientTracking: false }).on('connection', (socket) => {
  const mine = new Set();
  socket.on('message', (bytes) =>
    handle(JSON.parse(bytes), rooms, {
      enter: (room) => {
        if (!members.has(room)) members.set(room, new Set());
        members.get(room).add(socket);
        mine.add(room);
      },
      send: (room, push) => {
        const text = JSON.stringify(push);
        for (const each of members.get(room)) each.send(text);
      },
      answer: (frame) => socket.send(JSON.stringify(frame)),
    }),
  );
  socket.on('close', () => mine.forEach((room) => members.get(room).delete(socket)));
  socket.on('error', () => socket.terminate());
});
listen(server);
