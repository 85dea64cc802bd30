// Fakes for the client's tests: a clock that stands still, a socket whose other end is the test.
import { Lightstick } from '../../../gateway/web/client/lightstick.js';

/** An environment whose time moves only by `advance`. */
export class FakeEnv {
  time = 1_000;
  shown = true;
  #timers = new Map();
  #nextTimer = 1;
  #wakers = [];
  #hiders = [];

  now = () => this.time;
  visible = () => this.shown;
  onWake = (callback) => this.#wakers.push(callback);
  onHide = (callback) => this.#hiders.push(callback);
  clearTimeout = (timer) => this.#timers.delete(timer);
  setTimeout = (callback, ms) => {
    const id = this.#nextTimer++;
    this.#timers.set(id, { at: this.time + ms, callback });
    return id;
  };

  /** Lets `ms` pass: due timers fire in order, and what they set off settles in between. */
  async advance(ms) {
    const until = this.time + ms;
    for (;;) {
      const due = [...this.#timers].filter(([, timer]) => timer.at <= until).sort((a, b) => a[1].at - b[1].at)[0];
      if (!due) break;
      this.#timers.delete(due[0]);
      this.time = Math.max(this.time, due[1].at);
      due[1].callback();
      await settle();
    }
    this.time = until;
  }

  hide() {
    for (const callback of this.#hiders) callback();
  }

  wake() {
    for (const callback of this.#wakers) callback();
  }
}

/** The client's end of a WebSocket; `frames` are what the client sent. */
export class FakeSocket {
  readyState = 0;
  frames = [];
  closedWith;
  #listeners = { open: [], message: [], close: [], error: [] };

  constructor(url, protocols) {
    this.url = url;
    this.protocols = protocols;
  }

  addEventListener(type, listener) {
    this.#listeners[type].push(listener);
  }

  send(text) {
    this.frames.push(JSON.parse(text));
    this.onSend?.(this.frames.at(-1));
  }

  close(code) {
    if (this.readyState === 3) return;
    this.readyState = 3;
    this.closedWith = code;
    this.onClientClose?.();
  }

  /** The server accepts and says hello. */
  greet(hello = {}) {
    this.readyState = 1;
    this.serve({ op: 'hello', v: 1, node: 'n1', hb_ms: 25_000, limits: { frame_bytes: 65_536, text_bytes: 4_096 }, ...hello });
  }

  serve(frame) {
    this.serveText(JSON.stringify(frame));
  }

  serveText(data) {
    for (const listener of this.#listeners.message) listener({ data });
  }

  /** The connection ends, with a close frame or without (1006). */
  drop(code = 1006, reason = '') {
    this.readyState = 3;
    for (const listener of this.#listeners.close) listener({ code, reason });
  }

  /** The newest frame with this op. */
  last(op) {
    return this.frames.findLast((frame) => frame.op === op);
  }

  all(op) {
    return this.frames.filter((frame) => frame.op === op);
  }

  /** Answers the newest request with this op. */
  answer(op, ok) {
    this.serve({ id: this.last(op).id, ok });
  }

  refuse(op, err) {
    this.serve({ id: this.last(op).id, err });
  }
}

/** Lets promises settle. */
export function settle() {
  return new Promise((resolve) => setImmediate(resolve));
}

/** A client on fakes; `sockets` are its connections, oldest first. */
export function makeClient(options = {}) {
  const env = new FakeEnv();
  const sockets = [];
  const tokens = [];
  const states = [];
  class Socket extends FakeSocket {
    constructor(...args) {
      super(...args);
      sockets.push(this);
    }
  }
  const client = new Lightstick({
    url: 'ws://node.test/v1/ws',
    token: (why) => {
      tokens.push(why);
      return `token-${tokens.length}`;
    },
    device: 'web-1',
    WebSocket: Socket,
    env,
    random: () => 1,
    ...options,
  });
  client.on('state', (change) => states.push(change));
  return { client, env, sockets, tokens, states, socket: () => sockets.at(-1) };
}

export const session = (fields = {}) => ({ user: '17', session: 's8', name: 'Mina', role: 'fan', expires_in_s: 3_600, rooms: [], mine: [], ...fields });

/** Takes the newest socket of `made` through hello and auth. */
export async function goLive(made, fields) {
  made.socket().greet();
  await settle();
  made.socket().answer('auth', session(fields));
  await settle();
}

/** A connected client with one joined room that holds `count` messages. */
export async function joinedRoom(count = 3, options = {}) {
  const made = makeClient(options);
  const room = made.client.room('aurora');
  const heard = [];
  room.on('message', (message) => heard.push(message.off));
  made.client.connect();
  await goLive(made);
  made.socket().answer('join', joinResult({ off: count, msgs: messages(1, count) }));
  await settle();
  return { ...made, room, heard };
}

export const joinResult = (fields) => ({ room: 'aurora', hist: 'h9', recovered: false, more: false, msgs: [], state: { occupancy: 1, capacity: 10_000 }, read: 0, ...fields });

export const message = (off, fields = {}) => ({ off, ts: 1_790_000_000_000 + off, user: '4', name: 'Jun', role: 'fan', text: `text ${off}`, ...fields });

export const messages = (from, to) => Array.from({ length: Math.max(0, to - from + 1) }, (_, index) => message(from + index));

export const offs = (room) => room.messages.map(({ off }) => off);

export const range = (from, to) => Array.from({ length: to - from + 1 }, (_, index) => from + index);
