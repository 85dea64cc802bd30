import assert from 'node:assert/strict';
import { test } from 'node:test';
import { goLive, joinedRoom, joinResult, makeClient, messages, offs, range, settle, session } from './support.mjs';

const names = (made) => made.states.map(({ state }) => state);

test('goes through connecting and authenticating to live', async () => {
  const made = makeClient();
  assert.equal(made.client.state.state, 'idle');
  made.client.connect();
  assert.deepEqual(made.socket().protocols, ['lightstick.v1.json']);
  await goLive(made);
  assert.deepEqual(names(made), ['connecting', 'authenticating', 'live']);
  assert.equal(made.client.session.user, '17');
});

test('sends the token in the auth frame and never in the address', async () => {
  const made = makeClient();
  made.client.connect();
  await goLive(made);
  const auth = made.socket().last('auth');
  assert.equal(auth.token, 'token-1');
  assert.equal(auth.device, 'web-1');
  assert.ok(!made.socket().url.includes('token'));
});

test('says nothing before the hello of the server', async () => {
  const made = makeClient();
  made.client.connect();
  made.socket().readyState = 1;
  await settle();
  assert.deepEqual(made.socket().frames, []);
});

for (const code of [4001, 4003, 4007]) {
  test(`never comes back after ${code}`, async () => {
    const made = makeClient();
    made.client.connect();
    await goLive(made);
    made.socket().drop(code, 'go away');
    assert.deepEqual(made.client.state, { state: 'closed', code, reason: 'go away' });
    await made.env.advance(3_600_000);
    assert.equal(made.sockets.length, 1);
  });
}

test('comes back with a new token after 4109', async () => {
  const made = makeClient();
  made.client.connect();
  await goLive(made);
  made.socket().drop(4109);
  await made.env.advance(0);
  await goLive(made);
  assert.equal(made.client.state.state, 'live');
  assert.deepEqual(made.tokens.at(-1), { expired: true, refresh: false });
  assert.equal(made.socket().last('auth').token, 'token-2');
});

test('an expired token in the answer to auth is renewed as well', async () => {
  const made = makeClient();
  made.client.connect();
  made.socket().greet();
  await settle();
  made.socket().refuse('auth', { code: 109, msg: 'token expired' });
  await settle();
  await made.env.advance(0);
  await goLive(made);
  assert.equal(made.client.state.state, 'live');
  assert.equal(made.tokens.at(-1).expired, true);
});

test('a refused token closes for good', async () => {
  const made = makeClient();
  made.client.connect();
  made.socket().greet();
  await settle();
  made.socket().refuse('auth', { code: 101, msg: 'no' });
  await settle();
  assert.equal(made.client.state.state, 'closed');
  assert.equal(made.client.state.code, 4001);
});

test('backs off after 41xx, longer each time', async () => {
  const made = makeClient();
  made.client.connect();
  const delays = [];
  for (let round = 0; round < 4; round += 1) {
    await goLive(made);
    made.socket().drop(4101);
    delays.push(made.client.state.retryInMs);
    await made.env.advance(made.client.state.retryInMs);
  }
  assert.deepEqual(delays, [400, 800, 1_600, 3_200]);
});

test('the back-off has a ceiling and starts anew after a connection that stood', async () => {
  const made = makeClient();
  made.client.connect();
  for (let round = 0; round < 12; round += 1) {
    made.socket().drop();
    await made.env.advance(made.client.state.retryInMs);
  }
  made.socket().drop();
  assert.equal(made.client.state.retryInMs, 20_000);
  await made.env.advance(20_000);
  await goLive(made);
  const pinged = made.socket();
  pinged.onSend = (frame) => frame.op === 'ping' && pinged.serve({ id: frame.id, ok: { ts: 1 } });
  await made.env.advance(6_000);
  made.socket().drop();
  assert.equal(made.client.state.retryInMs, 400);
});

test('jitter spreads the attempts over half of the delay', async () => {
  const made = makeClient({ random: () => 0 });
  made.client.connect();
  made.socket().drop();
  assert.equal(made.client.state.retryInMs, 200);
});

test('comes back at once after 42xx, but not in a tight loop', async () => {
  const made = makeClient();
  made.client.connect();
  await goLive(made);
  made.socket().drop(4201);
  assert.equal(made.client.state.retryInMs, 0);
  await made.env.advance(0);
  await goLive(made);
  made.socket().drop(4201);
  assert.equal(made.client.state.retryInMs, 400);
});

test('a move spreads the return over its jitter and follows its address', async () => {
  const made = makeClient({ random: () => 0.5 });
  made.client.connect();
  await goLive(made);
  made.socket().serve({ op: 'move', after_ms: 100, jitter_ms: 1_000, url: 'ws://other.test/v1/ws' });
  made.socket().drop(4200);
  assert.equal(made.client.state.retryInMs, 600);
  await made.env.advance(599);
  assert.equal(made.sockets.length, 1);
  await made.env.advance(1);
  assert.equal(made.socket().url, 'ws://other.test/v1/ws');
});

test('a move is carried out although the server keeps the socket open', async () => {
  const made = makeClient({ random: () => 0 });
  made.client.connect();
  await goLive(made);
  made.socket().serve({ op: 'move', after_ms: 100, jitter_ms: 1_000 });
  await made.env.advance(100);
  assert.equal(made.sockets[0].closedWith, 1000);
  await made.env.advance(0);
  assert.equal(made.sockets.length, 2);
});

test('a move to an unreachable or unsafe address falls back to the usual one', async () => {
  const made = makeClient({ url: 'wss://node.test/v1/ws' });
  made.client.connect();
  await goLive(made);
  made.socket().serve({ op: 'move', after_ms: 0, jitter_ms: 0, url: 'ws://plain.test/' });
  await made.env.advance(0);
  assert.equal(made.socket().url, 'wss://node.test/v1/ws');
  await goLive(made);
  made.socket().serve({ op: 'move', after_ms: 0, jitter_ms: 0, url: 'wss://other.test/v1/ws' });
  await made.env.advance(0);
  await made.env.advance(0);
  assert.equal(made.socket().url, 'wss://other.test/v1/ws');
  made.socket().drop();
  await made.env.advance(20_000);
  assert.equal(made.socket().url, 'wss://node.test/v1/ws');
});

test('asks after 3 s of silence and reconnects when 2 s bring no answer', async () => {
  const made = makeClient();
  made.client.connect();
  await goLive(made);
  await made.env.advance(2_999);
  assert.equal(made.socket().last('ping'), undefined);
  await made.env.advance(1);
  made.socket().answer('ping', { ts: 1 });
  await made.env.advance(3_000);
  assert.equal(made.socket().all('ping').length, 2);
  await made.env.advance(1_999);
  assert.equal(made.client.state.state, 'live');
  await made.env.advance(1);
  assert.equal(made.sockets.length, 2);
  assert.equal(made.states.findLast(({ state }) => state === 'waiting').reason, 'silent');
});

test('a hidden page sends no pings, and asks at once when it is shown', async () => {
  const made = makeClient();
  made.client.connect();
  await goLive(made);
  made.env.shown = false;
  await made.env.advance(60_000);
  assert.equal(made.socket().last('ping'), undefined);
  made.env.shown = true;
  made.env.wake();
  assert.ok(made.socket().last('ping'));
  await made.env.advance(2_000);
  assert.equal(made.sockets.length, 2);
});

test('does not wait for its timer when the network returns', async () => {
  const made = makeClient();
  made.client.connect();
  made.socket().drop();
  assert.equal(made.client.state.state, 'waiting');
  made.env.wake();
  assert.equal(made.client.state.state, 'connecting');
  assert.equal(made.sockets.length, 2);
});

test('a handshake that never ends is given up', async () => {
  const made = makeClient();
  made.client.connect();
  await made.env.advance(10_000);
  assert.equal(made.states.findLast(({ state }) => state === 'waiting').reason, 'handshake timeout');
});

test('renews the token in place before it expires', async () => {
  const made = makeClient();
  made.client.connect();
  await goLive(made, { expires_in_s: 100 });
  const socket = made.socket();
  socket.onSend = (frame) => frame.op === 'ping' && socket.serve({ id: frame.id, ok: { ts: 1 } });
  await made.env.advance(80_000);
  assert.equal(socket.last('refresh').token, 'token-2');
  socket.answer('refresh', { expires_in_s: 1_000 });
  await settle();
  await made.env.advance(800_000);
  assert.equal(socket.last('refresh').token, 'token-3');
});

test('a token callback that fails is asked again, one that gives up closes', async () => {
  let failure = new Error('no network');
  const made = makeClient({
    token: () => {
      throw failure;
    },
  });
  made.client.connect();
  made.socket().greet();
  await settle();
  assert.equal(made.client.state.state, 'waiting');
  failure = Object.assign(new Error('signed out'), { permanent: true });
  await made.env.advance(400);
  made.socket().greet();
  await settle();
  assert.equal(made.client.state.state, 'closed');
  assert.equal(made.client.state.reason, 'no_token');
});

test('bytes that are no frame end the connection for good, unknown frames do not', async () => {
  const made = await joinedRoom();
  for (const odd of ['{"op":"sparkle"}', '[]', '7', 'null', '{}', '{"id":999,"ok":{}}', '[{"op":"msgs","room":"aurora","msgs":7}]']) {
    made.socket().serveText(odd);
  }
  made.socket().serve({ op: 'msgs', room: 'aurora', msgs: [null, {}, { off: 'x' }, { off: -1 }, { off: 1e300 }] });
  assert.equal(made.client.state.state, 'live');
  assert.deepEqual(offs(made.room), [1, 2, 3]);
  made.socket().serveText('{"op":');
  assert.equal(made.client.state.code, 4007);
});

test('an answer and a push in one WebSocket message lose nothing', async () => {
  const made = makeClient();
  const room = made.client.room('aurora');
  made.client.connect();
  await goLive(made);
  const { id } = made.socket().last('join');
  made.socket().serve([
    { id, ok: joinResult({ off: 2, msgs: messages(1, 2) }) },
    { op: 'msgs', room: 'aurora', msgs: messages(3, 3) },
  ]);
  assert.deepEqual(offs(room), [1, 2, 3]);
  made.socket().drop();
  await made.env.advance(400);
  made.socket().greet();
  await settle();
  const auth = made.socket().last('auth');
  made.socket().serve([
    { id: auth.id, ok: session({ rooms: [joinResult({ off: 4, recovered: true, msgs: messages(4, 4) })] }) },
    { op: 'msgs', room: 'aurora', msgs: messages(5, 5) },
  ]);
  assert.deepEqual(offs(room), range(1, 5));
});

test('close ends the connection and connect starts it again', async () => {
  const made = await joinedRoom();
  made.client.close();
  assert.equal(made.client.state.state, 'closed');
  assert.equal(made.socket().closedWith, 1000);
  await made.env.advance(60_000);
  assert.equal(made.sockets.length, 1);
  made.client.connect();
  await goLive(made, { rooms: [joinResult({ off: 3, recovered: true })] });
  assert.equal(made.room.status, 'joined');
});
