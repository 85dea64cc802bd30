import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { decode, encode } from '../../../gateway/web/client/msgpack.js';
import { makeClient, settle } from './support.mjs';

const hex = (bytes) => Buffer.from(bytes).toString('hex');
const bytes = (text) => new Uint8Array(Buffer.from(text, 'hex'));
const page = await readFile(new URL('../../../docs/protocol.md', import.meta.url), 'utf8');

// The blocks of the page: "```text <side> <name>", JSON on the first line, hexadecimal on the others.
const goldens = [...page.matchAll(/^```text (client|server) (\S+)\n(.*)\n([0-9a-f\n]*)^```$/gm)];

test('the page has golden frames of both sides', () => {
  assert.ok(goldens.some(([, side]) => side === 'client') && goldens.some(([, side]) => side === 'server'));
});

for (const [, side, name, json, hexadecimal] of goldens) {
  test(`${side} ${name}: the golden bytes mean the same as its JSON, also after being written again`, () => {
    const frame = JSON.parse(json);
    const golden = bytes(hexadecimal.replaceAll('\n', ''));
    assert.deepEqual(decode(golden), frame);
    assert.deepEqual(decode(encode(frame)), frame);
  });
}

const written = [
  [0, '00'], [127, '7f'], [128, 'cc80'], [255, 'ccff'], [256, 'cd0100'], [65_535, 'cdffff'], [65_536, 'ce00010000'],
  [2 ** 32 - 1, 'ceffffffff'], [2 ** 32, 'cf0000000100000000'], [Number.MAX_SAFE_INTEGER, 'cf001fffffffffffff'],
  [-1, 'ff'], [-32, 'e0'], [-33, 'd3ffffffffffffffdf'], [1.5, 'cb3ff8000000000000'],
  [null, 'c0'], [true, 'c3'], [false, 'c2'], ['', 'a0'], ['é', 'a2c3a9'], [[1, [2]], '92019102'], [{ a: { b: 1 } }, '81a16181a16201'],
  [new Uint8Array([1, 2]), 'c4020102'],
];
for (const [value, expected] of written) {
  test(`writes ${JSON.stringify(value)} as ${expected}`, () => {
    assert.equal(hex(encode(value)), expected);
    assert.deepEqual(decode(bytes(expected)), value);
  });
}

for (const size of [31, 32, 255, 256, 65_535, 65_536]) {
  test(`texts, arrays and maps of ${size} come back`, () => {
    for (const value of ['x'.repeat(size), Array(size).fill(7), Object.fromEntries(Array.from({ length: size }, (_, i) => [`k${i}`, i]))]) {
      assert.deepEqual(decode(encode(value)), value);
    }
  });
}

test('fields that are undefined are left out, as in JSON', () => {
  assert.equal(hex(encode({ a: undefined, b: 1 })), '81a16201');
});

const refused = {
  nothing: '', 'a text cut short': 'a3616', 'a size beyond the end': 'dbffffffff61', 'an array beyond the end': 'ddffffffff',
  'two values': '0102', 'a key that is a number': '810102', 'an extension': 'd40100', 'the byte that is never used': 'c1',
  'text that is no UTF-8': 'a1ff', 'too deep': `${'91'.repeat(20)}00`,
};
for (const [what, text] of Object.entries(refused)) {
  test(`refuses ${what}`, () => assert.throws(() => decode(bytes(text.slice(0, text.length & ~1)))));
}

test('a key of the name __proto__ changes no prototype', () => {
  const value = decode(bytes('81a95f5f70726f746f5f5f81a16101'));
  assert.equal(Object.getPrototypeOf(value), Object.prototype);
  assert.deepEqual(Object.keys(value), ['__proto__']);
});

test('a thousand random byte strings are read or refused, and nothing else', () => {
  let state = 1;
  for (let i = 0; i < 1_000; ++i) {
    const random = new Uint8Array(40).map(() => (state = (state * 48_271) % 2_147_483_647) & 0xff);
    try {
      decode(random);
    } catch (error) {
      assert.ok(error instanceof RangeError || error instanceof TypeError, String(error));
    }
  }
});

test('a client of this encoding offers its subprotocol and reads and writes binary messages', async () => {
  const made = makeClient({ encoding: 'msgpack' });
  made.client.connect();
  const socket = made.socket();
  assert.deepEqual(socket.protocols, ['lightstick.v1.msgpack']);
  assert.equal(socket.binaryType, 'arraybuffer');
  const sent = [];
  socket.send = (data) => sent.push(decode(data));
  socket.readyState = 1;
  socket.serveText(encode({ op: 'hello', v: 1, node: 'n1', limits: { text_bytes: 7 } }).buffer);
  await settle();
  assert.equal(sent[0].op, 'auth');
  assert.equal(made.client.textBytesMax, 7);
});

test('an encoding that does not exist is refused at once', () => {
  assert.throws(() => makeClient({ encoding: 'xml' }), /json, msgpack/);
});
