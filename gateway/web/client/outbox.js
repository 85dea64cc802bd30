import { Emitter } from './emitter.js';
import { Backoff, afterRetry } from './backoff.js';
import { Refused } from './errors.js';
import { randomId } from './identity.js';

/** The server answers a repeated cid as before for 5 minutes; a little less is surely safe. */
const sameCidMs = 270_000;

/**
 * A message on its way. `pending` until the server has answered, then `confirmed` or `failed`.
 *
 * `reason` of a failure: a word of {@link codes} when the server refused, or
 * `too_long` (more bytes than the server takes), `queue_full` (too many are pending),
 * `unknown_outcome` (sent, but no answer within the time in which asking again is safe: the message
 * may or may not be in the room), `closed` (never sent, the client was closed).
 */
export class Publish {
  /** @internal */
  constructor(room, text, options, at) {
    /** @type {string} idempotency key */
    this.cid = randomId('c-');
    /** @type {string} */
    this.room = room;
    /** @type {string} */
    this.text = text;
    /** @type {{replyTo?: number, data?: object, vt?: number}} */
    this.options = options;
    /** @type {'pending'|'confirmed'|'failed'} */
    this.state = 'pending';
    /** @type {string|undefined} why it failed, or why it is still pending */
    this.reason = undefined;
    /** @type {number|undefined} offset, once confirmed */
    this.off = undefined;
    /** @type {number|undefined} the server's time, once confirmed (ms since 1970) */
    this.ts = undefined;
    /** @type {number} the local time of its making (ms since 1970) */
    this.at = at;
    /** @internal monotonic time of the first sending */
    this.sentAt = undefined;
    this.#renew();
  }

  /** @type {Promise<Publish>} resolves when the state is `confirmed` or `failed`; never rejects */
  settled;
  #resolve;

  /** @internal */
  settle(state, fields) {
    Object.assign(this, { state, reason: undefined }, fields);
    this.#resolve(this);
  }

  /** @internal a new try; the cid is kept where the first one may have arrived */
  again(keepCid) {
    if (!keepCid) {
      this.cid = randomId('c-');
      this.sentAt = undefined;
    }
    Object.assign(this, { state: 'pending', reason: undefined });
    this.#renew();
  }

  #renew() {
    this.settled = new Promise((resolve) => {
      this.#resolve = resolve;
    });
  }
}

/**
 * The messages of one room that are not yet known to be in it, in the order of their writing.
 * One is sent at a time, so that a retry never overtakes. At most `limit` are held, failed ones
 * included: at the limit the oldest failed one makes room, and when all are pending `add` fails
 * with `queue_full`.
 *
 * Event `change` (entry): something about the list or one entry is different.
 */
export class Outbox extends Emitter {
  #options;
  #entries = [];
  #ready = false;
  #busy = false;
  #timer;
  #backoff;

  /**
   * @param {object} options
   * @param {string} options.room
   * @param {(op: string, fields: object) => Promise<any>} options.ask
   * @param {import('./environment.js').Environment} options.env
   * @param {number} options.limit
   * @param {() => number} options.textBytesMax limit that the server told
   * @param {() => number} [options.random]
   */
  constructor(options) {
    super();
    this.#options = options;
    this.#backoff = new Backoff({ baseMs: 1_000, maxMs: 10_000, random: options.random });
  }

  /** @returns {readonly Publish[]} pending and failed ones, and confirmed ones not yet seen in the room */
  get entries() {
    return this.#entries;
  }

  /**
   * @param {string} text
   * @param {{replyTo?: number, data?: object, vt?: number}} options
   * @returns {Publish} already failed, and not held, when it is too long or the outbox is full
   */
  add(text, options) {
    const entry = new Publish(this.#options.room, text, options, Date.now());
    if (utf8Length(text) > this.#options.textBytesMax()) {
      entry.settle('failed', { reason: 'too_long' });
    } else if (!this.#makeRoom()) {
      entry.settle('failed', { reason: 'queue_full' });
    } else {
      this.#entries.push(entry);
      this.emit('change', entry);
      this.#pump();
    }
    return entry;
  }

  /** Sends a failed entry again, after the pending ones. */
  retry(entry) {
    if (entry.state !== 'failed' || !this.#remove(entry)) return;
    const maybeThere = entry.reason === 'unknown_outcome' && this.#mayRepeat(entry);
    entry.again(maybeThere);
    this.#entries.push(entry);
    this.emit('change', entry);
    this.#pump();
  }

  /** Forgets a failed entry. */
  discard(entry) {
    if (entry.state === 'failed' && this.#remove(entry)) this.emit('change', entry);
  }

  /** Forgets a confirmed entry: the room shows it now. */
  seen(entry) {
    if (entry.state === 'confirmed' && this.#remove(entry)) this.emit('change', entry);
  }

  /** The room is joined (true) or cannot be written to for now (false). */
  setReady(ready) {
    this.#ready = ready;
    if (ready) this.#pump();
    else this.#options.env.clearTimeout(this.#timer);
  }

  /** Another user goes on here: what was sent as the former one cannot be asked for again. */
  identityChanged() {
    for (const entry of this.#pending()) {
      if (entry.sentAt !== undefined) this.#fail(entry, 'unknown_outcome');
    }
  }

  /** The client is closed: nothing pending goes on. */
  stop() {
    this.setReady(false);
    for (const entry of this.#pending()) {
      this.#fail(entry, entry.sentAt === undefined ? 'closed' : 'unknown_outcome');
    }
  }

  async #pump() {
    if (!this.#ready || this.#busy) return;
    const entry = this.#entries.find((each) => each.state === 'pending');
    if (!entry) return;
    if (!this.#mayRepeat(entry)) {
      this.#fail(entry, 'unknown_outcome');
      return this.#pump();
    }
    this.#busy = true;
    this.#options.env.clearTimeout(this.#timer);
    entry.sentAt ??= this.#options.env.now();
    const { cid } = entry;
    let waitMs;
    try {
      const answer = await this.#options.ask('pub', this.#frame(entry));
      if (entry.state === 'pending' && entry.cid === cid) this.#confirm(entry, answer);
    } catch (error) {
      if (entry.state === 'pending' && entry.cid === cid) waitMs = this.#refused(entry, error);
    }
    this.#busy = false;
    if (waitMs === undefined) return this.#pump();
    if (this.#ready) this.#timer = this.#options.env.setTimeout(() => this.#pump(), waitMs);
  }

  #frame({ room, cid, text, options }) {
    const { replyTo, data, vt } = options;
    return { room, cid, text, reply_to: replyTo, data, vt };
  }

  #confirm(entry, { off, ts }) {
    this.#backoff.reset();
    entry.settle('confirmed', { off, ts });
    this.emit('change', entry);
  }

  /** @returns {number|undefined} milliseconds to wait before the same entry is sent again */
  #refused(entry, error) {
    if (!(error instanceof Refused)) {
      // No answer: ask again with the same cid as soon as the connection allows.
      return error?.reason === 'queue_full' ? this.#backoff.next() : undefined;
    }
    if (!error.retryable) {
      this.#fail(entry, error.reason);
      return undefined;
    }
    entry.reason = error.reason;
    this.emit('change', entry);
    if (error.retryMs === undefined) return this.#backoff.next();
    return Math.max(10, afterRetry(error.retryMs, this.#options.random));
  }

  #fail(entry, reason) {
    entry.settle('failed', { reason });
    this.emit('change', entry);
  }

  #pending() {
    return this.#entries.filter((entry) => entry.state === 'pending');
  }

  #mayRepeat(entry) {
    return entry.sentAt === undefined || this.#options.env.now() - entry.sentAt < sameCidMs;
  }

  #makeRoom() {
    if (this.#entries.length < this.#options.limit) return true;
    const failed = this.#entries.find((entry) => entry.state === 'failed');
    return failed !== undefined && this.#remove(failed);
  }

  #remove(entry) {
    const index = this.#entries.indexOf(entry);
    if (index < 0) return false;
    this.#entries.splice(index, 1);
    return true;
  }
}

const encoder = new TextEncoder();

function utf8Length(text) {
  return encoder.encode(text).length;
}
