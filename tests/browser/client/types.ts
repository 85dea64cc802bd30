// Checked, not run: what a program in TypeScript may write and, after @ts-expect-error, what it may not.
import { Lightstick, Refused, codes, type Message, type Publish, type StateChange } from '../../../gateway/web/client/lightstick.js';

const client = new Lightstick({
  url: 'ws://127.0.0.1:8080/v1/ws',
  token: async ({ expired, refresh }) => (expired || refresh ? 'new' : 'token'),
  WebSocket,
  encoding: 'msgpack',
  limits: { rooms: 3 },
});
const stop: () => void = client.on('state', ({ state, retryInMs }: StateChange) => console.log(state, retryInMs ?? 0));
client.connect();
const room = client.room('aurora');
room.on('message', ({ off, name, text }: Message) => console.log(off, name, text));
room.on('resume', ({ recovered, from }) => console.log(recovered, from));
const sent: Publish = room.publish('hello', { replyTo: 3, data: { sticker: 'star' } });
void sent.settled.then(({ state, off, reason }) => console.log(state, off ?? reason));
void room.presence({ mode: 'page' }).then(({ count, members }) => console.log(count, members?.[0]?.name));
void room.once('members').then(() => room.members.map(({ user }) => user));
if (room.error instanceof Refused && room.error.code === codes.room_full) room.rejoin();
stop();

// @ts-expect-error no address
new Lightstick({ token: () => 'x' });
// @ts-expect-error no such encoding
new Lightstick({ url: '', token: () => 'x', encoding: 'xml' });
// @ts-expect-error no such event
room.on('massage', () => {});
// @ts-expect-error rooms come from a client
new (Object.getPrototypeOf(room).constructor as typeof import('../../../gateway/web/client/lightstick.js').Room)();
// @ts-expect-error it cannot be changed
sent.state = 'confirmed';
