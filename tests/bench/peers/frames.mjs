// What a peer understands of lightstick.v1.json: enough to enter a room and to talk in it. Nothing is checked, limited or
// kept: a peer is as quick as its library lets it be.

/** Answers one frame; `rooms` has {off} by name, `enter(room)` and `send(room, push)` are the library's. */
export function handle(frame, rooms, { enter, send, answer }) {
  switch (frame.op) {
    case 'auth':
      return answer({ id: frame.id, ok: { user: 'anyone' } });
    case 'join': {
      const room = rooms.get(frame.room) ?? { off: 0 };
      rooms.set(frame.room, room);
      enter(frame.room);
      return answer({ id: frame.id, ok: { room: frame.room, off: room.off, msgs: [] } });
    }
    case 'pub': {
      const off = ++rooms.get(frame.room).off;
      const ts = Date.now();
      const message = { off, ts, user: 'talker', name: 'talker', role: 'fan', text: frame.text };
      send(frame.room, { op: 'msgs', room: frame.room, msgs: [message] });
      return answer({ id: frame.id, ok: { off, ts } });
    }
    default:
      return answer({ id: frame.id, err: { code: 107, msg: 'bad request' } });
  }
}

/** Listens on a free port of 127.0.0.1 and says where, as a node does. */
export function listen(server) {
  server.listen(0, '127.0.0.1', 16_384, () => console.log(`ready http://127.0.0.1:${server.address().port}`));
}
