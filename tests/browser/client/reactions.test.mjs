import assert from 'node:assert/strict';
import { test } from 'node:test';
import { goLive, joinedRoom, joinResult, settle } from './support.mjs';

test('reactions are gathered while one is asked for, and counted with numbers that rise', async () => {
  const made = await joinedRoom(3);
  const first = made.room.react();
  const rest = [made.room.react(), made.room.react('cheer', 2)];
  assert.deepEqual(made.socket().all('react').map(({ kind, n, seq }) => [kind, n, seq]), [['cheer', 1, 1]]);
  made.socket().answer('react', { room: 'aurora', seq: 1 });
  await settle();
  assert.equal(await first, 'counted');
  const { n, seq } = made.socket().last('react');
  assert.deepEqual([n, seq], [3, 2]);
  made.socket().answer('react', { room: 'aurora', seq: 2, dup: true });
  assert.deepEqual(await Promise.all(rest), ['counted', 'counted']);
});

test('a reaction without an answer is sent again with the same number after a break', async () => {
  const made = await joinedRoom(3);
  const done = made.room.react('heart', 2);
  made.socket().drop();
  await settle();
  await made.env.advance(made.client.state.retryInMs);
  await goLive(made, { rooms: [joinResult({ off: made.room.head, recovered: true, seq: 7 })] });
  const { kind, n, seq } = made.socket().last('react');
  assert.deepEqual([kind, n, seq], ['heart', 2, 1]);
  made.socket().refuse('react', { code: 107, msg: 'bad request: seq was passed', seq: 7 });
  assert.equal(await done, 'unknown');
  made.room.react();
  await settle();
  assert.equal(made.socket().last('react').seq, 8);
});

test('a reaction that was surely not counted takes another number', async () => {
  const made = await joinedRoom(3);
  const done = made.room.react();
  made.socket().refuse('react', { code: 107, msg: 'bad request: seq was passed', seq: 41 });
  await settle();
  assert.equal(made.socket().last('react').seq, 42);
  made.socket().answer('react', { room: 'aurora', seq: 42 });
  assert.equal(await done, 'counted');
});

test('one that the server does not take is refused', async () => {
  const made = await joinedRoom(3);
  const done = made.room.react();
  made.socket().refuse('react', { code: 120, msg: 'muted' });
  assert.equal(await done, 'refused');
});
