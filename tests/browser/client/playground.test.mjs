// The parts of the playground that need no browser: what it holds of the frames, and that it knows the protocol's page.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { encode } from '../../../gateway/web/client/msgpack.js';
import { closes, errors, explainClose } from '../../../gateway/web/playground/codes.js';
import { allReady, bytesOfHex, written } from '../../../gateway/web/playground/frames.js';
import { Record } from '../../../gateway/web/playground/record.js';

const page = await readFile(new URL('../../../docs/protocol.md', import.meta.url), 'utf8');
const codesOf = (table) => Object.keys(table).map(Number);
const rows = (digits) => [...page.matchAll(new RegExp(`^\\| (\\d{${digits}}) \\|`, 'gm'))].map((match) => Number(match[1]));

test('every code of the protocol is explained, and no other', () => {
  assert.deepEqual(codesOf(errors), rows(3));
  assert.deepEqual(codesOf(closes), rows(4));
  assert.ok(rows(3).length > 10 && rows(4).length > 5);
});

test('a close code that is not yet known goes by its range', () => {
  assert.match(explainClose(4042), /do not come back/);
  assert.match(explainClose(4142), /back-off/);
  assert.match(explainClose(4242), /now/);
});

test('there is a ready-made frame for every op and act of the protocol', () => {
  const known = [...page.matchAll(/^```text client [\w-]+\n(\{.*\})$/gm)].map((match) => JSON.parse(match[1]));
  const ours = allReady().flatMap(({ frame }) => frame ?? []);
  const all = (frames, key) => [...new Set(frames.map((frame) => frame[key] ?? ''))].sort();
  assert.ok(known.length > 10);
  const wrong = ['teleport'];
  assert.deepEqual(all(ours.filter(({ op }) => !wrong.includes(op)), 'op'), all(known, 'op'));
  assert.deepEqual(all(ours, 'act'), all(known, 'act'));
});

test('the room of the form is in every frame that has one', () => {
  const resuming = allReady().find(({ name }) => name === 'auth, resuming');
  assert.equal(JSON.parse(written(resuming, 'aurora').text).resume[0].room, 'aurora');
  const join = allReady().find(({ name }) => name === 'join');
  assert.equal(JSON.parse(written(join, 'aurora').text).room, 'aurora');
  assert.equal(join.frame.room, 'playground', 'the list itself does not change');
});

test('the record holds so many entries, and counts those that are gone', () => {
  const record = new Record(3);
  for (let id = 1; id <= 3; ++id) record.message('out', JSON.stringify({ op: 'ping', id }));
  assert.equal(record.gone, 0);
  record.message('out', JSON.stringify({ op: 'ping', id: 4 }));
  assert.equal(record.gone, 1);
  assert.deepEqual(record.entries.map(({ seq }) => seq), [2, 3, 4]);
});

test('a long frame is shown in part', () => {
  const { text, size } = new Record().message('in', JSON.stringify({ op: 'msgs', text: 'x'.repeat(100_000) }));
  assert.ok(size > 100_000);
  assert.ok(text.length < 17_000);
  assert.match(text, /more characters$/);
});

test('an answer is named after its request, in both encodings', () => {
  for (const write of [(frame) => JSON.stringify(frame), encode]) {
    const record = new Record();
    record.message('out', write({ op: 'join', id: 7, room: 'aurora' }));
    const { op, answer, code, size } = record.message('in', write({ id: 7, err: { code: 113, msg: 'room full' } }));
    assert.deepEqual({ op, answer, code }, { op: 'join', answer: true, code: 113 });
    assert.ok(size > 20);
    record.message('out', write({ op: 'ping', id: 8 }));
    record.connectionBegan();
    assert.equal(record.message('in', write({ id: 8, ok: {} })).op, 'answer');
  }
});

test('tokens are hidden wherever they are, and can be asked for', () => {
  const token = `${'eyJhbGciOiJIUzI1NiJ9'}.${'eyJzdWIiOiIxNyJ9'}.${'c'.repeat(43)}`;
  const record = new Record();
  const frames = [
    JSON.stringify({ op: 'auth', id: 1, token }),
    encode({ op: 'refresh', id: 1, token }),
    JSON.stringify([{ op: 'auth', id: 1, token }]),
    JSON.stringify({ op: 'pub', id: 2, text: `look: ${token}` }),
    `{"op":"auth","token":"${token}`,
    JSON.stringify({ op: 'auth', id: 1, token: 'not a JWT' }),
  ];
  for (const frame of frames) {
    const { text, clear } = record.message('out', frame);
    assert.ok(!text.includes(token.slice(0, 20)) && !text.includes('not a JWT'), text);
    assert.ok(clear.includes(token) || clear.includes('not a JWT'));
  }
  assert.equal(record.message('in', JSON.stringify({ op: 'hello' })).clear, undefined);
});

test('bytes that are no frame are shown as they are', () => {
  const record = new Record();
  assert.deepEqual([record.message('out', '{').op, record.message('out', '{').text], ['bytes', '{']);
  assert.equal(record.message('out', bytesOfHex('c1 ff')).text, 'c1 ff');
  assert.throws(() => bytesOfHex('c'), /pairs/);
  assert.throws(() => bytesOfHex('zz'), /pairs/);
});
