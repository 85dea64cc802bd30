/**
 * MessagePack (github.com/msgpack/msgpack, spec.md) for frames of the protocol: nil, booleans, numbers, strings,
 * binary, arrays and maps with text keys.
 */

const depthMax = 16;
const text = { encoder: new TextEncoder(), decoder: new TextDecoder('utf-8', { fatal: true }) };

/** Bytes that grow. */
class Writer {
  #bytes = new Uint8Array(256);
  #view = new DataView(this.#bytes.buffer);
  #length = 0;

  /** Head byte `head` and `width` bytes of `number`, the highest first. */
  head(head, width = 0, number = 0) {
    this.#reserve(1 + width);
    this.#view.setUint8(this.#length, head);
    const at = this.#length + 1;
    if (width === 1) this.#view.setUint8(at, number);
    else if (width === 2) this.#view.setUint16(at, number);
    else if (width === 4) this.#view.setUint32(at, number);
    this.#length = at + width;
  }

  number64(head, setter, number) {
    this.#reserve(9);
    this.#view.setUint8(this.#length, head);
    this.#view[setter](this.#length + 1, number);
    this.#length += 9;
  }

  bytes(bytes) {
    this.#reserve(bytes.length);
    this.#bytes.set(bytes, this.#length);
    this.#length += bytes.length;
  }

  done() {
    return this.#bytes.slice(0, this.#length);
  }

  #reserve(more) {
    if (this.#length + more <= this.#bytes.length) return;
    const grown = new Uint8Array(Math.max(this.#bytes.length * 2, this.#length + more));
    grown.set(this.#bytes.subarray(0, this.#length));
    this.#bytes = grown;
    this.#view = new DataView(grown.buffer);
  }
}

function writeSize(out, size, [fixed, fixedMax, head8, head16, head32]) {
  if (size <= fixedMax) out.head(fixed | size);
  else if (head8 !== undefined && size < 2 ** 8) out.head(head8, 1, size);
  else if (size < 2 ** 16) out.head(head16, 2, size);
  else out.head(head32, 4, size);
}

const sizes = {
  str: [0xa0, 31, 0xd9, 0xda, 0xdb],
  bin: [0, -1, 0xc4, 0xc5, 0xc6],
  array: [0x90, 15, undefined, 0xdc, 0xdd],
  map: [0x80, 15, undefined, 0xde, 0xdf],
};

function writeInteger(out, n) {
  if (n >= 0) {
    if (n < 2 ** 7) out.head(n);
    else if (n < 2 ** 8) out.head(0xcc, 1, n);
    else if (n < 2 ** 16) out.head(0xcd, 2, n);
    else if (n < 2 ** 32) out.head(0xce, 4, n);
    else out.number64(0xcf, 'setBigUint64', BigInt(n));
  } else if (n >= -32) {
    out.head(n & 0xff);
  } else {
    out.number64(0xd3, 'setBigInt64', BigInt(n));
  }
}

function write(out, value, depth) {
  if (depth > depthMax) throw new RangeError('nested too deeply');
  if (value === null || value === undefined) return out.head(0xc0);
  if (typeof value === 'boolean') return out.head(value ? 0xc3 : 0xc2);
  if (typeof value === 'number') {
    return Number.isSafeInteger(value) ? writeInteger(out, value) : out.number64(0xcb, 'setFloat64', value);
  }
  if (typeof value === 'string') {
    const bytes = text.encoder.encode(value);
    writeSize(out, bytes.length, sizes.str);
    return out.bytes(bytes);
  }
  if (value instanceof Uint8Array) {
    writeSize(out, value.length, sizes.bin);
    return out.bytes(value);
  }
  if (Array.isArray(value)) {
    writeSize(out, value.length, sizes.array);
    for (const each of value) write(out, each, depth + 1);
    return undefined;
  }
  if (typeof value !== 'object') throw new TypeError(`a ${typeof value} has no place in a frame`);
  const fields = Object.entries(value).filter(([, field]) => field !== undefined);
  writeSize(out, fields.length, sizes.map);
  for (const [key, field] of fields) {
    write(out, key, depth + 1);
    write(out, field, depth + 1);
  }
  return undefined;
}

/**
 * @param {any} value as for JSON.stringify: fields that are undefined are left out
 * @returns {Uint8Array}
 */
export function encode(value) {
  const out = new Writer();
  write(out, value, 0);
  return out.done();
}

class Reader {
  #bytes;
  #view;
  #at = 0;

  constructor(bytes) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  get ended() {
    return this.#at === this.#bytes.length;
  }

  take(size) {
    if (size > this.#bytes.length - this.#at) throw new RangeError('cut short');
    this.#at += size;
    return this.#bytes.subarray(this.#at - size, this.#at);
  }

  #number(getter, width) {
    this.take(width);
    return Number(this.#view[getter](this.#at - width));
  }

  value(depth) {
    if (depth > depthMax) throw new RangeError('nested too deeply');
    const head = this.#number('getUint8', 1);
    if (head < 0x80) return head;
    if (head >= 0xe0) return head - 0x100;
    if (head < 0x90) return this.#map(head & 0x0f, depth);
    if (head < 0xa0) return this.#array(head & 0x0f, depth);
    if (head < 0xc0) return this.#text(head & 0x1f);
    switch (head) {
      case 0xc0: return null;
      case 0xc2: return false;
      case 0xc3: return true;
      case 0xc4: return this.take(this.#number('getUint8', 1)).slice();
      case 0xc5: return this.take(this.#number('getUint16', 2)).slice();
      case 0xc6: return this.take(this.#number('getUint32', 4)).slice();
      case 0xca: return this.#number('getFloat32', 4);
      case 0xcb: return this.#number('getFloat64', 8);
      case 0xcc: return this.#number('getUint8', 1);
      case 0xcd: return this.#number('getUint16', 2);
      case 0xce: return this.#number('getUint32', 4);
      case 0xcf: return this.#number('getBigUint64', 8);
      case 0xd0: return this.#number('getInt8', 1);
      case 0xd1: return this.#number('getInt16', 2);
      case 0xd2: return this.#number('getInt32', 4);
      case 0xd3: return this.#number('getBigInt64', 8);
      case 0xd9: return this.#text(this.#number('getUint8', 1));
      case 0xda: return this.#text(this.#number('getUint16', 2));
      case 0xdb: return this.#text(this.#number('getUint32', 4));
      case 0xdc: return this.#array(this.#number('getUint16', 2), depth);
      case 0xdd: return this.#array(this.#number('getUint32', 4), depth);
      case 0xde: return this.#map(this.#number('getUint16', 2), depth);
      case 0xdf: return this.#map(this.#number('getUint32', 4), depth);
      default: throw new RangeError('a type that frames do not have');
    }
  }

  #text(size) {
    return text.decoder.decode(this.take(size));
  }

  #array(size, depth) {
    const out = [];
    for (let i = 0; i < size; ++i) out.push(this.value(depth + 1));
    return out;
  }

  #map(size, depth) {
    const fields = [];
    for (let i = 0; i < size; ++i) {
      const key = this.value(depth + 1);
      if (typeof key !== 'string') throw new RangeError('a key that is no text');
      fields.push([key, this.value(depth + 1)]);
    }
    // Not by assignment: a key may be `__proto__`.
    return Object.fromEntries(fields);
  }
}

/**
 * @param {Uint8Array} bytes one value, nothing behind it
 * @returns {any} integers beyond 2^53 lose precision, as with JSON
 * @throws {RangeError|TypeError} when they are not that
 */
export function decode(bytes) {
  const from = new Reader(bytes);
  const value = from.value(0);
  if (!from.ended) throw new RangeError('more than one value');
  return value;
}
