import assert from 'node:assert/strict';
import { test } from 'node:test';
import { goLive, joinedRoom, joinResult, makeClient, message, offs, settle } from './support.mjs';

const confirm = async (made, off) => {
  made.socket().answer('pub', { off, ts: 1_790_000_000_000, durable: 'committed' });
  await settle();
};

async function comeBack(made, fields = {}) {
  await made.env.advance(made.client.state.retryInMs);
  await goLive(made, { rooms: [joinResult({ off: made.room.head, recovered: true })], ...fields });
}

test('is pending until the answer and leaves when the room shows it', async () => {
  const made = await joinedRoom(3);
  const entry = made.room.publish('hi');
  assert.equal(entry.state, 'pending');
  assert.deepEqual(made.room.outgoing, [entry]);
  assert.equal(made.socket().last('pub').text, 'hi');
  await confirm(made, 4);
  assert.equal(entry.state, 'confirmed');
  assert.deepEqual(made.room.outgoing, [entry]);
  made.socket().serve({ op: 'msgs', room: 'aurora', msgs: [message(4, { user: '17', text: 'hi' })] });
  assert.deepEqual(made.room.outgoing, []);
  assert.equal((await entry.settled).off, 4);
});

test('the push may come before the answer', async () => {
  const made = await joinedRoom(3);
  made.room.publish('hi');
  made.socket().serve({ op: 'msgs', room: 'aurora', msgs: [message(4, { user: '17', text: 'hi' })] });
  await confirm(made, 4);
  assert.deepEqual(made.room.outgoing, []);
  assert.deepEqual(offs(made.room), [1, 2, 3, 4]);
});

test('our own message is shown although the server left it out of a sampled push', async () => {
  const made = await joinedRoom(3);
  made.room.publish('mine');
  await confirm(made, 4);
  made.socket().serve({ op: 'msgs', room: 'aurora', msgs: [message(6)], skipped: 2 });
  assert.deepEqual(offs(made.room), [1, 2, 3, 4, 6]);
  assert.equal(made.room.messages[3].text, 'mine');
  assert.equal(made.room.messages[3].user, '17');
});

test('is sent again with the same cid after a break', async () => {
  const made = await joinedRoom(3);
  const entry = made.room.publish('hi');
  const { cid } = made.socket().last('pub');
  made.socket().drop();
  await settle();
  assert.equal(entry.state, 'pending');
  await comeBack(made);
  assert.deepEqual(made.socket().all('pub').map((frame) => frame.cid), [cid]);
  await confirm(made, 4);
  assert.equal(entry.state, 'confirmed');
});

test('is asked for again with the same cid when the answer does not come', async () => {
  const made = await joinedRoom(3);
  made.room.publish('hi');
  const socket = made.socket();
  socket.onSend = (frame) => frame.op === 'ping' && socket.serve({ id: frame.id, ok: { ts: 1 } });
  await made.env.advance(10_000);
  const [first, second] = socket.all('pub');
  assert.equal(second.cid, first.cid);
  assert.notEqual(second.id, first.id);
});

test('what is written while disconnected is sent in order, one at a time', async () => {
  const made = await joinedRoom(3);
  made.socket().drop();
  for (const text of ['a', 'b', 'c']) made.room.publish(text);
  await comeBack(made);
  assert.deepEqual(made.socket().all('pub').map(({ text }) => text), ['a']);
  await confirm(made, 4);
  await confirm(made, 5);
  await confirm(made, 6);
  assert.deepEqual(made.socket().all('pub').map(({ text }) => text), ['a', 'b', 'c']);
});

test('a rate limit delays and keeps the order', async () => {
  const made = await joinedRoom(3);
  const entry = made.room.publish('a');
  made.room.publish('b');
  made.socket().refuse('pub', { code: 111, msg: 'rate limited', retry_ms: 800 });
  await settle();
  assert.equal(entry.state, 'pending');
  assert.equal(entry.reason, 'rate_limited');
  await made.env.advance(999);
  assert.equal(made.socket().all('pub').length, 1);
  await made.env.advance(1);
  assert.deepEqual(made.socket().all('pub').map(({ text }) => text), ['a', 'a']);
  assert.equal(made.socket().all('pub')[0].cid, made.socket().all('pub')[1].cid);
});

test('a token that ran out meanwhile delays and does not fail', async () => {
  const made = await joinedRoom(3);
  const entry = made.room.publish('a');
  made.socket().refuse('pub', { code: 109, msg: 'token expired' });
  made.socket().drop(4109);
  await settle();
  assert.equal(entry.state, 'pending');
  await comeBack(made);
  assert.equal(made.socket().last('pub').cid, entry.cid);
});

test('nothing can be sent to a room that was left', async () => {
  const made = await joinedRoom(3);
  made.room.leave();
  assert.throws(() => made.room.publish('a'), /left/);
});

for (const [code, reason] of [[120, 'muted'], [121, 'slow_mode'], [122, 'filtered'], [103, 'forbidden'], [777, 'refused']]) {
  test(`a refusal with ${code} fails as ${reason} and the next one goes on`, async () => {
    const made = await joinedRoom(3);
    const entry = made.room.publish('a');
    made.room.publish('b');
    made.socket().refuse('pub', { code, msg: 'no' });
    await settle();
    assert.equal(entry.state, 'failed');
    assert.equal(entry.reason, reason);
    assert.equal(made.socket().last('pub').text, 'b');
  });
}

test('a failed one can be sent again under a new cid, or discarded', async () => {
  const made = await joinedRoom(3);
  const entry = made.room.publish('a');
  made.socket().refuse('pub', { code: 122, msg: 'no' });
  await settle();
  const first = entry.cid;
  made.room.retry(entry);
  assert.equal(entry.state, 'pending');
  assert.notEqual(made.socket().last('pub').cid, first);
  made.socket().refuse('pub', { code: 122, msg: 'no' });
  await settle();
  made.room.discard(entry);
  assert.deepEqual(made.room.outgoing, []);
});

test('an unknown outcome that is too old is not sent again by itself', async () => {
  const made = await joinedRoom(3);
  const sent = made.room.publish('sent');
  made.socket().drop();
  const unsent = made.room.publish('unsent');
  await made.env.advance(280_000);
  made.env.wake();
  await comeBack(made);
  assert.equal(sent.state, 'failed');
  assert.equal(sent.reason, 'unknown_outcome');
  assert.deepEqual(made.socket().all('pub').map(({ text }) => text), ['unsent']);
  assert.equal(unsent.state, 'pending');
});

test('as another user, what was sent is not sent again and what was not is', async () => {
  const made = await joinedRoom(3);
  const sent = made.room.publish('sent');
  made.socket().drop();
  made.room.publish('unsent');
  await comeBack(made, { user: '18' });
  assert.equal(sent.reason, 'unknown_outcome');
  assert.deepEqual(made.socket().all('pub').map(({ text }) => text), ['unsent']);
});

test('closing fails what is pending and tells sent from unsent', async () => {
  const made = await joinedRoom(3);
  const sent = made.room.publish('sent');
  const unsent = made.room.publish('unsent');
  made.client.close();
  assert.equal((await sent.settled).reason, 'unknown_outcome');
  assert.equal((await unsent.settled).reason, 'closed');
});

test('too long and too many fail at once and are not held', async () => {
  const made = makeClient({ limits: { pending: 2 } });
  const room = made.client.room('aurora');
  assert.equal(room.publish('가'.repeat(1_366)).reason, 'too_long');
  assert.equal(room.publish('가'.repeat(1_365)).state, 'pending');
  room.publish('b');
  assert.equal(room.publish('c').reason, 'queue_full');
  assert.equal(room.outgoing.length, 2);
  assert.throws(() => room.publish(''), TypeError);
});

test('at the limit the oldest failed one makes room', async () => {
  const made = await joinedRoom(0, { limits: { pending: 2 } });
  const failed = made.room.publish('a');
  made.socket().refuse('pub', { code: 122, msg: 'no' });
  await settle();
  made.room.publish('b');
  const entry = made.room.publish('c');
  assert.equal(entry.state, 'pending');
  assert.ok(!made.room.outgoing.includes(failed));
});

test('cids are unguessable and never repeat', () => {
  const { client } = makeClient({ limits: { pending: 1_000 } });
  const room = client.room('aurora');
  const cids = new Set(Array.from({ length: 1_000 }, () => room.publish('x').cid));
  assert.equal(cids.size, 1_000);
  for (const cid of cids) assert.match(cid, /^c-[0-9a-f]{24}$/);
});
