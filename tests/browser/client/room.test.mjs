import assert from 'node:assert/strict';
import { test } from 'node:test';
import { goLive, joinedRoom, joinResult, makeClient, message, messages, offs, range, settle } from './support.mjs';

async function breakAndReturn(made, result) {
  made.socket().drop();
  await made.env.advance(made.client.state.retryInMs);
  await goLive(made, { rooms: result ? [result] : [] });
}

test('joins with the newest page and announces each message once', async () => {
  const { room, heard } = await joinedRoom(3);
  assert.equal(room.status, 'joined');
  assert.deepEqual(offs(room), [1, 2, 3]);
  assert.deepEqual(heard, [1, 2, 3]);
});

test('takes in pushes, and the same push twice only once', async () => {
  const made = await joinedRoom(3);
  const push = { op: 'msgs', room: 'aurora', msgs: messages(4, 5) };
  made.socket().serve(push);
  made.socket().serve(push);
  assert.deepEqual(offs(made.room), range(1, 5));
  assert.deepEqual(made.heard, range(1, 5));
});

test('a gap is filled from history before later messages are shown', async () => {
  const made = await joinedRoom(3);
  made.socket().serve({ op: 'msgs', room: 'aurora', msgs: messages(6, 7) });
  assert.deepEqual(offs(made.room), [1, 2, 3]);
  assert.deepEqual(made.socket().last('history').after, 3);
  made.socket().serve({ op: 'msgs', room: 'aurora', msgs: messages(8, 8) });
  made.socket().answer('history', { msgs: messages(4, 6), more: false });
  await settle();
  assert.deepEqual(offs(made.room), range(1, 8));
  assert.deepEqual(made.heard, range(1, 8));
});

test('messages that the server left out on purpose are no gap', async () => {
  const made = await joinedRoom(3);
  made.socket().serve({ op: 'msgs', room: 'aurora', msgs: [message(5), message(8)], skipped: 3 });
  assert.equal(made.socket().last('history'), undefined);
  assert.deepEqual(offs(made.room), [1, 2, 3, 5, 8]);
  made.socket().serve({ op: 'msgs', room: 'aurora', msgs: [message(12)], skipped: 2 });
  assert.equal(made.socket().last('history').after, 8);
});

test('resumes from its last offset in the auth frame', async () => {
  const made = await joinedRoom(3);
  const resumed = [];
  made.room.on('resume', (event) => resumed.push(event));
  made.socket().drop();
  assert.equal(made.room.status, 'joining');
  await made.env.advance(400);
  await goLive(made, { rooms: [joinResult({ off: 5, recovered: true, msgs: messages(4, 5) })] });
  assert.deepEqual(made.socket().last('auth').resume, [{ room: 'aurora', hist: 'h9', off: 3 }]);
  assert.deepEqual(offs(made.room), range(1, 5));
  assert.deepEqual(resumed, [{ recovered: true, from: 3, head: 5 }]);
});

test('pages on when a resume says that there is more', async () => {
  const made = await joinedRoom(3);
  await breakAndReturn(made, joinResult({ off: 250, recovered: true, more: true, msgs: messages(4, 10) }));
  assert.equal(made.socket().last('history').after, 10);
  made.socket().answer('history', { msgs: messages(11, 110), more: true });
  await settle();
  made.socket().serve({ op: 'msgs', room: 'aurora', msgs: messages(251, 251) });
  made.socket().answer('history', { msgs: messages(111, 210), more: true });
  await settle();
  made.socket().answer('history', { msgs: messages(211, 250), more: false });
  await settle();
  assert.deepEqual(offs(made.room), range(1, 251));
  assert.deepEqual(made.heard, range(1, 251));
});

test('a break while paging goes on from where it was', async () => {
  const made = await joinedRoom(3);
  await breakAndReturn(made, joinResult({ off: 200, recovered: true, more: true, msgs: messages(4, 10) }));
  await breakAndReturn(made, joinResult({ off: 201, recovered: true, more: true, msgs: messages(11, 20) }));
  assert.deepEqual(made.socket().last('auth').resume, [{ room: 'aurora', hist: 'h9', off: 10 }]);
  made.socket().answer('history', { msgs: messages(21, 120), more: true });
  await settle();
  made.socket().answer('history', { msgs: messages(121, 201), more: false });
  await settle();
  assert.deepEqual(offs(made.room), range(1, 201));
});

test('paging is tried again when the server is busy', async () => {
  const made = await joinedRoom(3);
  made.socket().serve({ op: 'msgs', room: 'aurora', msgs: messages(5, 5) });
  made.socket().refuse('history', { code: 131, msg: 'unavailable', retry_ms: 700 });
  await settle();
  await made.env.advance(874);
  assert.equal(made.socket().all('history').length, 1, 'and a quarter, by jitter');
  await made.env.advance(1);
  assert.equal(made.socket().all('history').length, 2);
  made.socket().answer('history', { msgs: messages(4, 5), more: false });
  await settle();
  assert.deepEqual(offs(made.room), range(1, 5));
});

test('offsets that do not exist any more are no endless gap', async () => {
  const made = await joinedRoom(3);
  made.socket().serve({ op: 'msgs', room: 'aurora', msgs: [message(9)] });
  made.socket().answer('history', { msgs: [message(9)], more: false });
  await settle();
  assert.deepEqual(offs(made.room), [1, 2, 3, 9]);
  assert.equal(made.socket().all('history').length, 1);
});

test('another history starts anew', async () => {
  const made = await joinedRoom(3);
  const resumed = [];
  made.room.on('resume', (event) => resumed.push(event));
  await breakAndReturn(made, joinResult({ hist: 'h10', off: 2, msgs: messages(1, 2), read: 1 }));
  assert.deepEqual(offs(made.room), [1, 2]);
  assert.deepEqual(made.heard, [1, 2, 3, 1, 2]);
  assert.equal(resumed[0].recovered, false);
  assert.equal(made.room.read, 1);
});

test('when more was missed than is held, it goes on at the newest page', async () => {
  const made = await joinedRoom(3, { limits: { messages: 50 } });
  await breakAndReturn(made, joinResult({ off: 500, recovered: true, more: true, msgs: messages(4, 10) }));
  assert.equal(made.socket().last('history').before, 501);
  made.socket().answer('history', { msgs: messages(401, 500), more: true });
  await settle();
  assert.deepEqual(offs(made.room), range(451, 500));
  assert.equal(made.room.moreBefore, true);
});

test('a room that the server refuses on resume keeps its reason and can be tried again', async () => {
  const made = await joinedRoom(3);
  await breakAndReturn(made, { room: 'aurora', err: { code: 113, msg: 'room full' } });
  assert.equal(made.room.status, 'refused');
  assert.equal(made.room.error.reason, 'room_full');
  made.room.rejoin();
  assert.deepEqual(made.socket().last('join').since, { hist: 'h9', off: 3 });
  made.socket().answer('join', joinResult({ off: 3, recovered: true }));
  assert.equal(made.room.status, 'joined');
});

test('a room that is unavailable is asked for again', async () => {
  const made = makeClient();
  const room = made.client.room('aurora');
  made.client.connect();
  await goLive(made);
  made.socket().refuse('join', { code: 131, msg: 'unavailable', retry_ms: 300 });
  await settle();
  assert.equal(room.status, 'joining');
  await made.env.advance(374);
  assert.equal(made.socket().all('join').length, 1, 'and a quarter, by jitter');
  await made.env.advance(1);
  assert.equal(made.socket().all('join').length, 2);
});

test('a room whose resume is held back comes again with the same offset, when told', async () => {
  const made = await joinedRoom(3);
  await breakAndReturn(made, { room: 'aurora', err: { code: 130, msg: 'overloaded', retry_ms: 1_000 } });
  assert.equal(made.room.status, 'joining');
  await made.env.advance(1_249);
  assert.equal(made.socket().last('join'), undefined);
  await made.env.advance(1);
  assert.deepEqual(made.socket().last('join').since, { hist: 'h9', off: 3 });
  made.socket().answer('join', joinResult({ off: 5, recovered: true, msgs: messages(4, 5) }));
  assert.deepEqual(offs(made.room), range(1, 5));
  assert.deepEqual(made.heard, range(1, 5));
});

test('reads back in history, each page once', async () => {
  const made = makeClient();
  const room = made.client.room('aurora');
  made.client.connect();
  await goLive(made);
  made.socket().answer('join', joinResult({ off: 120, more: true, msgs: messages(71, 120) }));
  const first = room.loadOlder();
  assert.equal(room.loadOlder(), first);
  assert.deepEqual(made.socket().all('history').length, 1);
  assert.equal(made.socket().last('history').before, 71);
  made.socket().answer('history', { msgs: messages(21, 70), more: true });
  assert.equal(await first, 50);
  const second = room.loadOlder();
  made.socket().answer('history', { msgs: messages(1, 20), more: false });
  assert.equal(await second, 20);
  assert.equal(room.moreBefore, false);
  assert.deepEqual(offs(room), range(1, 120));
});

test('reading far back lets the newest go, and reading forward returns to them', async () => {
  const made = await joinedRoom(0, { limits: { messages: 60 } });
  const { room } = made;
  made.socket().serve({ op: 'msgs', room: 'aurora', msgs: messages(1, 100) });
  assert.deepEqual(offs(room), range(41, 100));
  const older = room.loadOlder(30);
  made.socket().answer('history', { msgs: messages(11, 40), more: true });
  await older;
  assert.deepEqual(offs(room), range(11, 70));
  assert.equal(room.following, false);
  made.socket().serve({ op: 'msgs', room: 'aurora', msgs: messages(101, 102) });
  assert.equal(room.head, 102);
  assert.deepEqual(offs(room), range(11, 70));
  const newer = room.loadNewer(30);
  made.socket().answer('history', { msgs: messages(71, 100), more: true });
  await newer;
  const last = room.loadNewer(30);
  made.socket().answer('history', { msgs: messages(101, 102), more: false });
  await last;
  assert.equal(room.following, true);
  assert.deepEqual(offs(room), range(43, 102));
  made.socket().serve({ op: 'msgs', room: 'aurora', msgs: messages(103, 103) });
  assert.deepEqual(offs(room), range(44, 103));
});

test('what is being read stays although the room goes on', async () => {
  const made = await joinedRoom(0, { limits: { messages: 60 } });
  const { room } = made;
  made.socket().serve({ op: 'msgs', room: 'aurora', msgs: messages(1, 50) });
  room.hold(true);
  made.socket().serve({ op: 'msgs', room: 'aurora', msgs: messages(51, 80) });
  assert.deepEqual(offs(room), range(1, 60));
  assert.equal(room.following, false);
  assert.equal(room.head, 80);
  const newer = room.loadNewer();
  made.socket().answer('history', { msgs: messages(61, 80), more: false });
  await newer;
  assert.deepEqual(offs(room), range(21, 80));
  assert.equal(room.following, true);
});

test('returns to the newest messages in one step, with what came meanwhile', async () => {
  const made = await joinedRoom(0, { limits: { messages: 60 } });
  const { room } = made;
  made.socket().serve({ op: 'msgs', room: 'aurora', msgs: messages(1, 200) });
  for (const [from, to] of [[91, 140], [41, 90]]) {
    const older = room.loadOlder();
    made.socket().answer('history', { msgs: messages(from, to), more: true });
    await older;
  }
  const jump = room.toNewest();
  made.socket().serve({ op: 'msgs', room: 'aurora', msgs: messages(201, 201) });
  made.socket().answer('history', { msgs: messages(151, 200), more: true });
  await jump;
  assert.equal(made.socket().last('history').after, 200);
  made.socket().answer('history', { msgs: messages(201, 201), more: false });
  await settle();
  assert.equal(room.following, true);
  assert.deepEqual(offs(room), range(151, 201));
});

test('a withdrawn message replaces the one that is held', async () => {
  const made = await joinedRoom(3);
  made.socket().serve({ op: 'msgs', room: 'aurora', msgs: [{ off: 2, gone: true }] });
  assert.deepEqual(made.room.messages[1], { off: 2, gone: true });
});

test('the read cursor moves forward only, is merged, and follows other devices', async () => {
  const made = await joinedRoom(5);
  const { room, env } = made;
  assert.equal(room.unread, 5);
  room.markRead(2);
  room.markRead(4);
  room.markRead(1);
  assert.equal(room.unread, 1);
  await env.advance(500);
  assert.deepEqual(made.socket().all('read').map(({ off }) => off), [4]);
  made.socket().answer('read', { room: 'aurora', off: 4 });
  made.socket().serve({ op: 'read', room: 'aurora', off: 5 });
  assert.equal(room.unread, 0);
  room.markRead(99);
  assert.equal(room.read, 5);
});

test('a read cursor that was not heard is told after the break', async () => {
  const made = await joinedRoom(5);
  made.room.markRead(5);
  await breakAndReturn(made, joinResult({ off: 5, recovered: true, read: 0 }));
  await made.env.advance(500);
  assert.equal(made.socket().last('read').off, 5);
});

test('a read cursor is told before the page goes', async () => {
  const made = await joinedRoom(5);
  made.room.markRead(3);
  made.env.hide();
  made.env.hide();
  assert.equal(made.socket().last('read').off, 3);
  made.socket().answer('read', { room: 'aurora', off: 3 });
  await settle();
  const told = made.socket().all('read').length;
  made.env.hide();
  await made.env.advance(1_000);
  assert.equal(made.socket().all('read').length, told);
});

test('the roster is read in pages and follows joins and leaves, also while it is read', async () => {
  const made = await joinedRoom(0);
  const { room } = made;
  const member = (user) => ({ user, name: `name ${user}`, role: 'fan' });
  room.watchMembers();
  made.socket().serve({ op: 'state', room: 'aurora', state: { occupancy: 4 }, joined: [member('9')], left: ['2'] });
  made.socket().answer('presence', { count: 3, members: [member('1'), member('2')], next: 'x' });
  await settle();
  assert.equal(made.socket().last('presence').after, 'x');
  made.socket().answer('presence', { count: 3, members: [member('3')] });
  await settle();
  assert.deepEqual(room.members.map(({ user }) => user).sort(), ['1', '3', '9']);
  made.socket().serve({ op: 'state', room: 'aurora', state: { occupancy: 2 }, left: ['9'] });
  assert.deepEqual(room.members.map(({ user }) => user), ['1', '3']);
  assert.equal(room.state.occupancy, 2);
});

test('leaving is told to the server, after a break if need be', async () => {
  const made = await joinedRoom(1);
  made.socket().drop();
  made.room.leave();
  assert.equal(made.room.status, 'left');
  assert.deepEqual(made.client.rooms, []);
  await made.env.advance(400);
  await goLive(made);
  assert.equal(made.socket().last('leave').room, 'aurora');
  assert.deepEqual(made.socket().last('auth').resume, []);
});

test('one room too many is refused by the client itself', async () => {
  const { client } = makeClient({ limits: { rooms: 2 } });
  client.room('a');
  client.room('b');
  assert.throws(() => client.room('c'), RangeError);
  assert.equal(client.room('a'), client.room('a'));
});

function shown(room) {
  return room.messages.map(({ off, gone }) => (gone ? -off : off));
}

function tomb(off, what) {
  return { off, ts: 1, tomb: what };
}

test('a tomb withdraws a message, or all of a user, and is no message itself', async () => {
  const made = await joinedRoom(3);
  const tombs = [];
  made.room.on('tomb', ({ tomb: what }) => tombs.push(what));
  made.socket().serve({ op: 'tomb', room: 'aurora', ...tomb(4, { off: 2 }) });
  assert.deepEqual(shown(made.room), [1, -2, 3]);
  made.socket().serve({ op: 'msgs', room: 'aurora', msgs: [{ ...message(5), user: 'troll' }, { ...message(6), user: 'jun' }] });
  made.socket().serve({ op: 'tomb', room: 'aurora', ...tomb(7, { user: 'troll' }) });
  made.socket().serve({ op: 'msgs', room: 'aurora', msgs: [{ ...message(8), user: 'troll' }] });
  assert.deepEqual(shown(made.room), [1, -2, 3, -5, 6, 8]);
  assert.deepEqual(tombs, [{ off: 2 }, { user: 'troll' }]);
  assert.deepEqual(made.heard, [1, 2, 3, 5, 6, 8]);
  assert.equal(made.socket().last('history'), undefined, 'there is no gap');
});

test('a page that is older than a tomb brings nothing back', async () => {
  const made = await joinedRoom(3);
  made.socket().serve({ op: 'msgs', room: 'aurora', msgs: [message(5)] });
  made.socket().serve({ op: 'tomb', room: 'aurora', ...tomb(6, { off: 4 }) });
  made.socket().answer('history', { msgs: [message(4), message(5)], more: false });
  await settle();
  assert.deepEqual(shown(made.room), [1, 2, 3, -4, 5]);
});

test('who was away learns of tombs on resuming', async () => {
  const made = await joinedRoom(3);
  await breakAndReturn(made, joinResult({ off: 5, recovered: true, msgs: [tomb(4, { off: 1 }), message(5)] }));
  assert.deepEqual(shown(made.room), [-1, 2, 3, 5]);
});

test('a tomb that does not say what has gone makes the client read again', async () => {
  const made = await joinedRoom(3);
  await breakAndReturn(made, joinResult({ off: 4, recovered: true, msgs: [tomb(4, {})] }));
  assert.equal(made.socket().last('history').before, 5);
  made.socket().answer('history', { msgs: [message(1), { off: 2, gone: true }, message(3), tomb(4, {})], more: false });
  await settle();
  assert.deepEqual(shown(made.room), [1, -2, 3]);
  assert.deepEqual(made.heard, [1, 2, 3]);
});

test('a moderator asks by mod', async () => {
  const made = await joinedRoom(3);
  const done = made.room.moderate('mute', { user: 'troll', for_ms: 60_000, why: 'spam' });
  const { op, room, act, user, for_ms: forMs, why } = made.socket().last('mod');
  assert.deepEqual([op, room, act, user, forMs, why], ['mod', 'aurora', 'mute', 'troll', 60_000, 'spam']);
  made.socket().answer('mod', { room: 'aurora' });
  assert.deepEqual(await done, { room: 'aurora' });
});

test('what only we see stands between the offsets, once, and does not trouble what follows', async () => {
  const made = await joinedRoom(3);
  const mine = { ts: 5, user: 'u1', name: 'Mina', role: 'fan', text: 'hello?' };
  made.socket().serve({ op: 'echo', room: 'aurora', after: 3, msg: mine });
  made.socket().serve({ op: 'echo', room: 'aurora', after: 3, msg: { ...mine, text: 'anybody?' } });
  made.socket().serve({ op: 'msgs', room: 'aurora', msgs: messages(4, 4) });
  assert.deepEqual(made.room.messages.map(({ off }) => Math.floor(off)), [1, 2, 3, 3, 3, 4]);
  assert.deepEqual(made.room.messages.slice(3, 5).map(({ text }) => text), ['hello?', 'anybody?']);
  assert.equal(made.socket().last('history'), undefined);
  made.room.markRead(made.room.messages[4].off);
  await made.env.advance(600);
  assert.equal(made.socket().last('read').off, 3);
});
