import { decode } from '../client/msgpack.js';

const textMax = 16_384;
const hexMax = 512;
const jwt = /\b[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{16,}/g;

/**
 * What went by: the newest `max` entries; the oldest go, and `gone` counts them. An entry holds at most 16 Ki
 * characters of its frame, twice when there is a token in it.
 *
 * @typedef {object} Entry
 * @property {number} seq
 * @property {number} at ms since the epoch
 * @property {'out'|'in'|'note'} way
 * @property {string} op of a frame, of an answer that of its request; "array", "bytes" or a note's own word
 * @property {boolean} answer
 * @property {number} [size] of the message, in bytes
 * @property {number} [code] of an error, or of a close
 * @property {string} text without tokens
 * @property {string} [clear] the text with its tokens, when it has any
 */
export class Record {
  #max;
  #seq = 0;
  #asked = new Map();

  constructor(max = 500) {
    this.#max = max;
    /** @type {Entry[]} */
    this.entries = [];
    this.gone = 0;
  }

  get max() {
    return this.#max;
  }

  /** @param {'out'|'in'} way @param {string|Uint8Array} data one WebSocket message */
  message(way, data, at = Date.now()) {
    const size = typeof data === 'string' ? new TextEncoder().encode(data).length : data.length;
    let value;
    try {
      value = typeof data === 'string' ? JSON.parse(data) : decode(data);
    } catch {
      return this.#add({ at, way, op: 'bytes', answer: false, size, ...shown(raw(data)) });
    }
    return this.#add({ at, way, size, ...this.#named(way, value), ...shown(JSON.stringify(value, plain, 2)) });
  }

  /** Something that is no frame: the connection opened, closed. */
  note(op, text, code) {
    return this.#add({ at: Date.now(), way: 'note', op, answer: false, code, text });
  }

  /** Forgets what is shown, and how much was. */
  clear() {
    this.entries = [];
    this.gone = 0;
  }

  /** Ids of another connection say nothing here. */
  connectionBegan() {
    this.#asked.clear();
  }

  #named(way, value) {
    if (Array.isArray(value)) {
      for (const frame of value) this.#named(way, frame);
      return { op: 'array', answer: false };
    }
    if (value === null || typeof value !== 'object') return { op: 'bytes', answer: false };
    const op = typeof value.op === 'string' && value.op !== '' ? value.op : undefined;
    if (way === 'out') {
      if (this.#asked.size >= this.#max) this.#asked.delete(this.#asked.keys().next().value);
      this.#asked.set(value.id, op ?? 'no op');
      return { op: op ?? 'no op', answer: false };
    }
    if (op !== undefined) return { op, answer: false };
    const asked = this.#asked.get(value.id) ?? 'answer';
    this.#asked.delete(value.id);
    return { op: asked, answer: true, code: value.err?.code };
  }

  #add(entry) {
    const whole = { seq: ++this.#seq, ...entry };
    this.entries.push(whole);
    if (this.entries.length > this.#max) {
      this.entries.shift();
      ++this.gone;
    }
    return whole;
  }
}

/** Whether a text holds what may be a token: three parts of base64url. */
function shown(text) {
  const whole = cut(text);
  const hidden = cut(text.replace(/("token":\s*")((?:[^"\\]|\\.)*)/g, (_, key, token) => key + mask(token)).replace(jwt, mask));
  return hidden === whole ? { text: hidden } : { text: hidden, clear: whole };
}

function mask(token) {
  return token === '' ? '' : `(a token of ${token.length} characters)`;
}

function cut(text) {
  return text.length <= textMax ? text : `${text.slice(0, textMax)}\n… ${text.length - textMax} more characters`;
}

function plain(key, value) {
  return value instanceof Uint8Array ? `(${value.length} bytes) ${hex(value)}` : value;
}

function raw(data) {
  return typeof data === 'string' ? data : hex(data);
}

function hex(bytes) {
  const pairs = Array.from(bytes.subarray(0, hexMax), (byte) => byte.toString(16).padStart(2, '0')).join(' ');
  return bytes.length <= hexMax ? pairs : `${pairs} … ${bytes.length - hexMax} more bytes`;
}
