import { Connection } from './connection.js';
import { Emitter } from './emitter.js';
import { hostEnvironment } from './environment.js';
import { Refused } from './errors.js';
import { deviceId } from './identity.js';
import { Room } from './room.js';

export { codes, Refused, Unanswered } from './errors.js';

const defaultLimits = Object.freeze({ rooms: 100, messages: 2_000, pending: 100, members: 1_000 });
const frameTextBytesMax = 4_096;

/**
 * A client of a Lightstick node: one connection, many rooms.
 *
 * Events:
 * - `state` (change): the connection is in another state, see {@link StateChange}
 * - `session` (session): authenticated; `session.mine` lists the user's own rooms
 * - `room` (room): a room was added or left
 *
 * Bounds: 100 rooms (one more throws), 2,000 messages held a room (older ones are fetched again by
 * `loadOlder`), 100 unconfirmed messages a room (one more fails with `queue_full`), 1,000 members a
 * roster, 256 requests in flight.
 */
export class Lightstick extends Emitter {
  #connection;
  #rooms = new Map();
  #toLeave = new Set();
  #session;
  #limits;
  #host;

  /**
   * @param {object} options
   * @param {string} options.url `ws://` or `wss://` address that ends in `/v1/ws`
   * @param {(why: import('./connection.js').TokenWanted) => Promise<string>|string} options.token
   *   called for every connection and when the token is to be renewed. A rejection is tried again
   *   later, unless the error has a true `permanent`
   * @param {string} [options.device] id of this device; kept in localStorage when not given
   * @param {new (url: string, protocols: string[]) => WebSocket} [options.WebSocket] where the host has none
   * @param {'json'|'msgpack'} [options.encoding] of frames; `json` when not given, `msgpack` is shorter
   * @param {{rooms?: number, messages?: number, pending?: number, members?: number}} [options.limits]
   * @param {{baseMs?: number, maxMs?: number}} [options.backoff] delays between attempts
   * @param {import('./environment.js').Environment} [options.env] clock and page, for tests and other hosts
   * @param {() => number} [options.random]
   */
  constructor({ url, token, device, WebSocket, encoding, limits, backoff, env, random = Math.random }) {
    super();
    const Socket = WebSocket ?? globalThis.WebSocket;
    if (!Socket) throw new TypeError('this host has no WebSocket of its own: pass one, as that of the package `ws`');
    this.#limits = { ...defaultLimits, ...limits };
    const environment = env ?? hostEnvironment();
    this.#connection = new Connection({
      url,
      token,
      device: device ?? deviceId(),
      WebSocket: Socket,
      encoding,
      env: environment,
      backoff: { ...backoff, random },
      resume: () => this.#resumePoints(),
      onState: (change) => this.#stateChanged(change),
      onLive: (session) => this.#live(session),
      onPush: (frame) => this.#rooms.get(frame.room)?.pushed(frame),
    });
    environment.onHide(() => {
      for (const room of this.rooms) room.hidden();
    });
    this.#host = {
      ask: (op, fields) => this.#connection.ask(op, fields),
      env: environment,
      random,
      limits: this.#limits,
      textBytesMax: () => this.textBytesMax,
      self: () => this.#session ?? {},
      join: (room) => this.#join(room),
      left: (room) => this.#forget(room),
    };
  }

  /** @returns {import('./connection.js').StateChange} where the connection stands */
  get state() {
    return this.#connection.state;
  }

  /**
   * @returns {{user: string, name?: string, role?: string, session: string,
   *   mine?: {room: string, read: number}[]}|undefined} who we are, since the first log-in
   */
  get session() {
    return this.#session;
  }

  /** @returns {Room[]} the rooms that are joined or wanted */
  get rooms() {
    return [...this.#rooms.values()];
  }

  /** @returns {number} bytes of UTF-8 that a message may have */
  get textBytesMax() {
    return this.#connection.limits.text_bytes ?? frameTextBytesMax;
  }

  /** Connects and stays connected; while waiting for the next attempt, makes it at once. */
  connect() {
    this.#connection.open();
  }

  /** Ends the connection. Rooms are kept and joined again by a later `connect`; pending messages fail. */
  close() {
    this.#connection.close();
  }

  /**
   * Enters a room, now or as soon as the connection is live.
   * @param {string} name 1 to 128 bytes without control characters and `/`
   * @returns {Room} the same object for the same name until it is left
   */
  room(name) {
    const known = this.#rooms.get(name);
    if (known) return known;
    if (this.#rooms.size >= this.#limits.rooms) throw new RangeError('too many rooms');
    const room = new Room(name, this.#host);
    this.#rooms.set(name, room);
    this.#toLeave.delete(name);
    this.emit('room', room);
    this.#join(room);
    return room;
  }

  #resumePoints() {
    return this.rooms.map((room) => room.resumePoint()).filter((point) => point !== undefined);
  }

  #live(session) {
    const former = this.#session;
    const { rooms: results = [], ...rest } = session;
    this.#session = rest;
    if (former && former.user !== rest.user) {
      for (const room of this.rooms) room.identityChanged();
    }
    const answered = new Set();
    for (const result of results) {
      const room = this.#rooms.get(result.room);
      if (!room) continue;
      answered.add(room);
      if (result.err) room.refused(new Refused(result.err));
      else room.joined(result);
    }
    for (const name of this.#toLeave) this.#sendLeave(name);
    for (const room of this.rooms) if (!answered.has(room)) this.#join(room);
    this.emit('session', rest);
  }

  #stateChanged(change) {
    if (change.state === 'waiting' || change.state === 'closed') {
      for (const room of this.rooms) room.disconnected();
    }
    if (change.state === 'closed') {
      for (const room of this.rooms) room.stopped();
    }
    this.emit('state', change);
  }

  async #join(room) {
    if (this.state.state !== 'live' || room.status !== 'joining') return;
    const point = room.resumePoint();
    const since = point && { hist: point.hist, off: point.off };
    try {
      await this.#connection.ask('join', { room: room.name, since }, (result) => {
        if (room.status === 'joining') room.joined(result);
      });
    } catch (error) {
      if (room.status !== 'joining') return;
      if (error instanceof Refused) room.refused(error);
      else if (error?.reason === 'timeout') this.#join(room);
    }
  }

  #forget(room) {
    this.#rooms.delete(room.name);
    this.#toLeave.add(room.name);
    if (this.#toLeave.size > this.#limits.rooms) this.#toLeave.delete(this.#toLeave.values().next().value);
    if (this.state.state === 'live') this.#sendLeave(room.name);
    this.emit('room', room);
  }

  /** Leaving is remembered until the server has answered: it ends a durable membership. */
  async #sendLeave(name) {
    if (this.#rooms.has(name)) return void this.#toLeave.delete(name);
    try {
      await this.#connection.ask('leave', { room: name });
      this.#toLeave.delete(name);
    } catch (error) {
      if (error instanceof Refused) this.#toLeave.delete(name);
    }
  }
}
