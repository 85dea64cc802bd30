// The client against a real node, in both encodings, through a WebSocket class of another package.
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { after, before, test } from 'node:test';
import { WebSocket } from 'ws';
import { Lightstick } from '../../../gateway/web/client/lightstick.js';
import { Node } from '../lib/node.mjs';
import { until } from '../lib/until.mjs';

const binary = process.env.LIGHTSTICK_BINARY ?? fileURLToPath(new URL('../../../build/release/lightstick', import.meta.url));
assert.ok(existsSync(binary), `${binary} is not there: build it with tools/up or ninja -C build/release lightstick`);

const node = new Node(binary);
const clients = [];
before(() => node.start());
after(async () => {
  for (const client of clients) client.close();
  await node.remove();
});

function fan(user, options = {}) {
  const client = new Lightstick({
    url: `${node.url.replace('http', 'ws')}/v1/ws`,
    token: () => node.token({ user, name: `Fan ${user}` }),
    device: `device-${user}`,
    WebSocket,
    backoff: { baseMs: 20, maxMs: 200 },
    ...options,
  });
  clients.push(client);
  client.connect();
  return client;
}

/** The texts that a room has announced since. */
function heard(room) {
  const texts = [];
  room.on('message', ({ text }) => texts.push(text));
  return texts;
}

const joined = (room) => until(`${room.name} is joined`, () => room.status === 'joined', { seen: () => room.error });

for (const encoding of ['json', 'msgpack']) {
  test(`${encoding}: what one says the other hears, with all of its fields`, async () => {
    const name = `talk-${encoding}`;
    const [mina, jun] = [fan('1', { encoding }).room(name), fan('2').room(name)];
    await Promise.all([joined(mina), joined(jun)]);
    const next = jun.once('message');
    const data = { sticker: 'star', big: 2 ** 40, list: [1, -1, 0.5, null, true, '반짝'] };
    const sent = await mina.publish('hello ✨', { data, vt: 12_345 }).settled;
    assert.equal(sent.state, 'confirmed', sent.reason);
    const got = await next;
    assert.deepEqual([got.off, got.user, got.name, got.text, got.vt], [sent.off, '1', 'Fan 1', 'hello ✨', 12_345]);
    assert.deepEqual(got.data, data);
    // What she said herself comes, too, before or after.
    const answered = new Promise((resolve) => mina.on('message', (message) => message.user === '2' && resolve(message)));
    await jun.publish('hi', { replyTo: sent.off }).settled;
    assert.equal((await answered).reply_to, sent.off);
  });

  test(`${encoding}: a killed node loses and doubles nothing, and pending messages arrive`, async () => {
    const name = `kill-${encoding}`;
    const [mina, jun] = [fan('1', { encoding }).room(name), fan('2', { encoding }).room(name)];
    await Promise.all([joined(mina), joined(jun)]);
    const texts = heard(jun);
    const sent = Array.from({ length: 40 }, (_, i) => mina.publish(`message ${i}`));
    await sent[9].settled;
    await node.kill();
    await node.start();
    for (const each of sent) assert.equal((await each.settled).state, 'confirmed', each.reason);
    await until('all were heard', () => texts.length >= sent.length, { seen: () => texts });
    assert.deepEqual(texts, sent.map(({ text }) => text));
    assert.deepEqual(jun.messages.map(({ off }) => off), sent.map((_, i) => i + 1));
  });

  test(`${encoding}: history is read back to the first message`, async () => {
    const name = `back-${encoding}`;
    const writer = fan('1').room(name);
    await joined(writer);
    const sent = Array.from({ length: 90 }, (_, i) => writer.publish(`message ${i}`));
    await Promise.all(sent.map(({ settled }) => settled));
    const reader = fan('3', { encoding }).room(name);
    await joined(reader);
    while (reader.moreBefore) await reader.loadOlder(20);
    assert.deepEqual(reader.messages.map(({ text }) => text), sent.map(({ text }) => text));
  });
}

test('a token that opens other rooms only is refused with a reason', async () => {
  const client = fan('9', { token: () => node.token({ user: '9', rooms: ['elsewhere'] }) });
  const room = client.room('aurora');
  await until('the room refuses', () => room.status === 'refused');
  assert.equal(room.error.reason, 'forbidden');
});

test('a wrong token closes for good', async () => {
  const client = fan('9', { token: () => 'no.token.atall' });
  await until('it is closed', () => client.state.state === 'closed', { seen: () => client.state });
  assert.equal(client.state.code, 4001);
});

test('a message that is no map cannot be sent as data, and is refused before it is queued', async () => {
  const room = fan('1').room('strange');
  const circle = {};
  circle.self = circle;
  for (const data of [circle, { n: 1n }, 'text', [1], null, () => {}]) assert.throws(() => room.publish('x', { data }), TypeError);
  assert.equal(room.outgoing.length, 0);
});
