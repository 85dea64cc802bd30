import { Backoff, afterRetry } from './backoff.js';
import { ReadCursor } from './cursor.js';
import { Emitter } from './emitter.js';
import { History } from './history.js';
import { Outbox } from './outbox.js';
import { Reactions } from './reactions.js';
import { Roster } from './roster.js';

const pageSize = 50;

/**
 * @typedef {'joining'|'joined'|'refused'|'left'} RoomStatus
 * `joining` also while the connection is away; `refused`: see `error`.
 */

/**
 * A room that this client is in, or wants to be in. Obtained from {@link Lightstick#room}; stays the
 * same object over reconnects, which it survives without losing or doubling a message.
 *
 * Events:
 * - `message` (message): each message that came to the end of the room, once and in order, those of
 *   the first page included; older ones fetched by `loadOlder` are not announced
 * - `tomb` ({off, ts, tomb}): something was withdrawn: `tomb.off` or all of `tomb.user` before it; `messages` knows it already
 * - `change`: anything to be drawn is different (messages, status, state, unread count)
 * - `publish` (entry): a message of ours is pending, confirmed, failed or forgotten
 * - `resume` ({recovered, from, head}): joined again after a break; `from` is the last offset that
 *   was there before, `recovered` is false when the history is another one
 * - `members`: the roster is different (after `watchMembers`)
 */
export class Room extends Emitter {
  #host;
  #history;
  #outbox;
  #roster;
  #reactions;
  #cursor;
  #watched = false;
  #status = 'joining';
  #error;
  #state = {};
  #joinTimer;
  #joinBackoff;

  /**
   * @internal
   * @param {string} name
   * @param {object} host what the room needs of its client: `ask`, `env`, `random`, `limits`,
   *   `textBytesMax`, `self` (own user, name and role), `join` and `left` (of this room)
   */
  constructor(name, host) {
    super();
    /** @type {string} */
    this.name = name;
    this.#host = host;
    const { ask, env, random, limits, textBytesMax } = host;
    this.#joinBackoff = new Backoff({ baseMs: 1_000, maxMs: 10_000, random });
    this.#history = new History({
      room: name,
      limit: limits.messages,
      ask,
      env,
      random,
      onChange: (fresh) => this.#messagesChanged(fresh),
    });
    this.#cursor = new ReadCursor({ env, send: (off) => ask('read', { room: name, off }) });
    this.#outbox = new Outbox({ room: name, limit: limits.pending, ask, env, random, textBytesMax });
    this.#outbox.on('change', (entry) => {
      this.emit('publish', entry);
      this.#messagesChanged([]);
    });
    this.#reactions = new Reactions({ room: name, ask, env, random });
    this.#roster = new Roster(limits.members);
    this.#roster.on('change', () => this.emit('members'));
  }

  /** @returns {RoomStatus} */
  get status() {
    return this.#status;
  }

  /** @returns {Refused|undefined} why the room refused us */
  get error() {
    return this.#error;
  }

  /** @returns {readonly import('./window.js').Message[]} the messages held, by offset */
  get messages() {
    return this.#history.window.messages;
  }

  /** @returns {readonly import('./outbox.js').Publish[]} ours that are not in `messages` yet */
  get outgoing() {
    return this.#outbox.entries;
  }

  /** @returns {{occupancy?: number, capacity?: number, slow_ms?: number, members_only?: boolean, pins?: number[]}} the room's last state */
  get state() {
    return this.#state;
  }

  /** @returns {number} the newest offset known */
  get head() {
    return this.#history.window.head;
  }

  /** @returns {number} the offset up to which this user has read, on any device */
  get read() {
    return this.#cursor.off;
  }

  /** @returns {number} messages after the read cursor */
  get unread() {
    return Math.max(0, this.head - this.read);
  }

  /** @returns {boolean} whether `loadOlder` would find something */
  get moreBefore() {
    return this.#history.window.moreBefore;
  }

  /** @returns {boolean} false after so much was read back that the newest messages had to go */
  get following() {
    return this.#history.window.following;
  }

  /** @returns {import('./roster.js').Member[]} who is here; call `watchMembers` first */
  get members() {
    return this.#roster.members;
  }

  /** @returns {boolean} whether the room has more members than `members` holds */
  get membersPartial() {
    return this.#roster.partial;
  }

  /**
   * Sends a message. It is shown in `outgoing` at once, sent when the room is joined (and waits
   * while it is not, `refused` included), sent again with the same `cid` after a break, and never
   * doubled. Throws when the room was left.
   * @param {string} text not empty
   * @param {{replyTo?: number, data?: object, vt?: number}} [options] `data`: what JSON can hold, as it is now
   * @returns {import('./outbox.js').Publish} its `settled` tells the end
   */
  publish(text, options = {}) {
    if (typeof text !== 'string' || text === '') throw new TypeError('text must be a string that is not empty');
    if (this.#status === 'left') throw new Error('the room was left');
    return this.#outbox.add(text, settledOptions(options));
  }

  /** Sends a failed message again. */
  retry(entry) {
    this.#outbox.retry(entry);
  }

  /** Forgets a failed message. */
  discard(entry) {
    this.#outbox.discard(entry);
  }

  /**
   * Fetches older messages. Concurrent calls share one request.
   * @param {number} [limit] at most 100
   * @returns {Promise<number>} how many came; rejects when the server cannot be asked
   */
  loadOlder(limit = pageSize) {
    return this.#history.older(limit);
  }

  /**
   * After reading back so far that the window no longer follows: fetches newer messages.
   * @param {number} [limit] at most 100
   * @returns {Promise<number>} how many came
   */
  loadNewer(limit = pageSize) {
    return this.#history.newer(limit);
  }

  /**
   * Someone reads what is held: it stays as it is, and when the window is full, what arrives is left
   * for `loadNewer` instead of pushing out the oldest.
   * @param {boolean} reading
   */
  hold(reading) {
    this.#history.window.hold(reading);
  }

  /** Returns to the newest messages; no effect while the window follows them. */
  toNewest() {
    return this.#history.newest(pageSize);
  }

  /**
   * Moves the read cursor forward, here at once and on the server within half a second, or when
   * the page goes out of sight.
   * @param {number} off
   */
  markRead(off) {
    if (this.#cursor.move(Math.floor(Math.min(off, this.head)))) this.emit('change');
  }

  /** Reads the roster and keeps it up to date from now on, over reconnects too. */
  watchMembers() {
    if (this.#watched) return;
    this.#watched = true;
    this.#loadMembers();
  }

  /**
   * Asks who is here, once.
   * @param {{mode?: 'count'|'page', limit?: number, after?: string}} [query]
   * @returns {Promise<{count: number, members?: import('./roster.js').Member[], next?: string}>}
   */
  presence(query = { mode: 'count' }) {
    return this.#host.ask('presence', { room: this.name, ...query });
  }

  /**
   * Reacts, and is counted exactly once: sent when the room is joined, and again after a break. The sums are in
   * `state.reactions`.
   * @param {string} [kind] 1 to 16 lower-case letters, digits, `-` and `_`
   * @param {number} [n] 1 to 50
   * @returns {Promise<'counted'|'refused'|'unknown'>} never rejects; `unknown`: the server has forgotten
   */
  react(kind = 'cheer', n = 1) {
    if (this.#status === 'left') throw new Error('the room was left');
    return this.#reactions.add(kind, n);
  }

  /**
   * Asks who cheered most.
   * @param {{of?: 'day'|'all', top?: number, watch?: boolean}} [query]
   * @returns {Promise<object>} see docs/protocol.md, board
   */
  board(query = {}) {
    return this.#host.ask('board', { room: this.name, ...query });
  }

  /**
   * Tells a small room that we are writing; to be called every few seconds while we are.
   * @returns {Promise<{shown: boolean}>}
   */
  typing() {
    return this.#host.ask('typing', { room: this.name });
  }

  /**
   * What a moderator does; needs the role.
   * @param {string} act delete, mute, unmute, ban, unban, shadow, unshadow, filter, slow, members_only, pin or unpin
   * @param {object} [fields] what the act takes: `off`, `user`, `for_ms`, `why`, ... (docs/protocol.md, mod)
   * @returns {Promise<{room: string, off?: number}>}
   */
  moderate(act, fields = {}) {
    return this.#host.ask('mod', { ...fields, room: this.name, act });
  }

  /** After `refused`: asks to be let in again. */
  rejoin() {
    if (this.#status !== 'refused') return;
    this.#status = 'joining';
    this.#error = undefined;
    this.emit('change');
    this.#host.join(this);
  }

  /** Leaves the room for good. Pending messages fail. */
  leave() {
    if (this.#status === 'left') return;
    this.disconnected();
    this.#status = 'left';
    this.#outbox.stop();
    this.#reactions.stop();
    this.#host.left(this);
    this.emit('change');
  }

  /** @internal @returns {{room: string, hist: string, off: number}|undefined} what to resume from */
  resumePoint() {
    const point = this.#status === 'joining' ? this.#history.point : undefined;
    return point && { room: this.name, ...point };
  }

  /** @internal takes in a join result */
  joined(result) {
    const { again, recovered, from, replaced } = this.#history.join(result);
    if (replaced) this.#cursor.reset();
    this.#cursor.told(result.read);
    this.#state = result.state ?? {};
    this.#status = 'joined';
    this.#error = undefined;
    this.#joinBackoff.reset();
    if (again) this.emit('resume', { recovered, from, head: this.head });
    this.#history.changed();
    this.#cursor.setReady(true);
    this.#outbox.setReady(true);
    this.#reactions.setReady(true, result.seq);
    if (this.#watched) this.#loadMembers();
  }

  /** @internal the server would not let us in */
  refused(error) {
    if (error.retryable) {
      const { random } = this.#host;
      const waitMs = error.retryMs === undefined ? this.#joinBackoff.next() : afterRetry(error.retryMs, random);
      this.#host.env.clearTimeout(this.#joinTimer);
      this.#joinTimer = this.#host.env.setTimeout(() => this.#host.join(this), waitMs);
      return;
    }
    this.#status = 'refused';
    this.#error = error;
    this.emit('change');
  }

  /** @internal the connection is away */
  disconnected() {
    this.#host.env.clearTimeout(this.#joinTimer);
    this.#history.away();
    this.#cursor.setReady(false);
    this.#outbox.setReady(false);
    this.#reactions.setReady(false);
    if (this.#status !== 'joined') return;
    this.#status = 'joining';
    this.emit('change');
  }

  /** @internal the page may go for good */
  hidden() {
    this.#cursor.flush();
  }

  /** @internal the client is closed */
  stopped() {
    this.#reactions.stop();
    this.#outbox.stop();
  }

  /** @internal another user goes on */
  identityChanged() {
    this.#reactions.stop();
    this.#outbox.identityChanged();
  }

  /** @internal takes in a push for this room */
  pushed(frame) {
    if (this.#status !== 'joined') return;
    if (frame.op === 'msgs' && Array.isArray(frame.msgs)) {
      this.#history.push(frame.msgs, frame.skipped);
    } else if (frame.op === 'echo' && frame.msg) {
      this.#history.echo(frame.msg, frame.after);
    } else if (frame.op === 'tomb' && frame.tomb) {
      this.#history.push([{ off: frame.off, ts: frame.ts, tomb: frame.tomb }]);
    } else if (frame.op === 'state') {
      this.#state = frame.state ?? this.#state;
      if (this.#watched) this.#roster.apply(frame.joined ?? [], frame.left ?? []);
      this.emit('change');
    } else if (frame.op === 'read') {
      this.#cursor.told(frame.off);
      this.emit('change');
    }
  }

  #messagesChanged(fresh) {
    for (const message of fresh) this.emit(message.tomb ? 'tomb' : 'message', message);
    for (const entry of [...this.#outbox.entries]) {
      if (entry.state === 'confirmed') this.#showConfirmed(entry);
    }
    this.emit('change');
  }

  /** The room itself shows a confirmed message of ours as soon as the window has come to it. */
  #showConfirmed(entry) {
    const { window } = this.#history;
    if (window.following && entry.off > window.tail) return;
    if (window.following && !window.has(entry.off)) {
      const { user, name, role } = this.#host.self();
      const { off, ts, text, options } = entry;
      const { replyTo, data, vt } = options;
      window.insert({ off, ts, user, name, role, text, reply_to: replyTo, data, vt });
    }
    this.#outbox.seen(entry);
  }

  async #loadMembers() {
    if (this.#status !== 'joined') return;
    try {
      await this.#roster.load((page) => this.presence(page));
    } catch {
      // The next join reads the roster again.
    }
  }
}

/** Asked for again later, a message has to be the same; and what no frame can hold must not wait in a queue. */
function settledOptions({ replyTo, data, vt }) {
  if (data === undefined) return { replyTo, data, vt };
  const json = JSON.stringify(data);
  if (json?.[0] !== '{') throw new TypeError('data must be a map');
  return { replyTo, data: JSON.parse(json), vt };
}
