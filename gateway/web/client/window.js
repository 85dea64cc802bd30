/**
 * @typedef {object} Message
 * @property {number} off offset in the room, dense from 1
 * @property {number} [ts] milliseconds since 1970
 * @property {string} [user]
 * @property {string} [name]
 * @property {string} [role] fan, artist, moderator or admin
 * @property {string} [text]
 * @property {number} [reply_to]
 * @property {object} [data]
 * @property {number} [vt] media time
 * @property {boolean} [gone] withdrawn: only `off` is left
 * @property {{off?: number, user?: string}} [tomb] not a message: what is withdrawn of those before it
 */

const aheadMax = 256;

/** Between the offsets of two messages there is place for so many that have none. */
const echoesMax = 1_000;

/**
 * The part of a room's history that is held: a run of messages in the order of their offsets, each
 * once. It *follows* while its end moves with the room, and is *back* in history after the newest
 * messages had to go to make room for older ones.
 *
 * Bounds: `limit` messages; beyond it the far end goes: the newest when older ones are read back, or
 * when new ones arrive while the window is held, and the oldest otherwise. Messages that arrive beyond a gap are kept, 256 at the
 * most, until the gap is filled; more are left to the filling.
 */
export class MessageWindow {
  #messages = [];
  #ahead = new Map();
  #limit;
  #tail = 0;
  #head = 0;
  #following = true;
  #moreBefore = false;
  #held = false;

  /** @param {number} limit messages held at the most */
  constructor(limit) {
    this.#limit = limit;
  }

  /** @returns {readonly Message[]} in the order of their offsets */
  get messages() {
    return this.#messages.some(({ tomb }) => tomb) ? this.#messages.filter(({ tomb }) => !tomb) : this.#messages;
  }

  /** @returns {readonly Message[]} the messages, and the tombs between them */
  get items() {
    return this.#messages;
  }

  /** The offset up to which everything visible has been taken in. */
  get tail() {
    return this.#tail;
  }

  /** The newest offset known to exist. */
  get head() {
    return this.#head;
  }

  /** Whether the end moves with the room. */
  get following() {
    return this.#following;
  }

  /** Whether the room has older messages than the first one held. */
  get moreBefore() {
    return this.#moreBefore;
  }

  /** Whether messages are known to exist that a following window does not have yet. */
  get behind() {
    return this.#following && this.#tail < this.#head;
  }

  /** Starts anew with the newest messages of a room whose newest offset is `head`. */
  reset(messages, head, moreBefore) {
    this.#messages = this.#clean(messages, 0);
    this.#ahead.clear();
    this.#following = true;
    this.#moreBefore = moreBefore;
    const last = this.#messages.at(-1)?.off ?? 0;
    this.#head = Math.max(count(head), last);
    this.#tail = this.#head;
    this.#bury();
    this.#trimFront();
  }

  /** While held, nothing that is in the window goes because of what arrives at the end of the room. */
  hold(held) {
    this.#held = held;
  }

  /** Raises the newest known offset. */
  raise(head) {
    this.#head = Math.max(this.#head, count(head));
  }

  /**
   * Takes in pushed messages.
   * @param {Message[]} messages
   * @param {number} [skipped] messages that the server left out of this push on purpose
   * @returns {Message[]} those added at the end
   */
  push(messages, skipped = 0) {
    this.#rewrite(messages);
    const fresh = this.#clean(messages, this.#tail);
    if (fresh.length === 0) return [];
    const last = fresh.at(-1).off;
    this.raise(last);
    if (!this.#following) return [];
    if (last - this.#tail - fresh.length <= count(skipped)) return this.#append(fresh);
    for (const message of fresh) {
      if (this.#ahead.size < aheadMax) this.#ahead.set(message.off, message);
    }
    return this.#append([]);
  }

  /**
   * Takes in a page of what follows `tail`.
   * @param {Message[]} messages
   * @param {boolean} more whether the room had still newer ones
   * @param {number} asked `head` at the time of asking: without `more`, nothing is missing up to it
   * @returns {Message[]} those added at the end
   */
  fill(messages, more, asked) {
    this.#rewrite(messages);
    const fresh = this.#clean(messages, this.#tail);
    if (fresh.length > 0) this.raise(fresh.at(-1).off);
    const goesForward = !this.#following;
    if (goesForward && !more) this.#following = true;
    return this.#append(fresh, more ? 0 : asked, this.#held && !goesForward);
  }

  /**
   * Takes in a page of what precedes the first message held.
   * @returns {number} how many were added
   */
  prepend(messages, more) {
    const first = this.#messages[0]?.off ?? Infinity;
    const older = this.#clean(messages, 0).filter((message) => message.off < first);
    this.#moreBefore = more && older.length > 0;
    this.#messages = older.concat(this.#messages);
    this.#bury();
    this.#trimBack();
    return Math.min(older.length, this.#limit);
  }

  /** Adds a message that is known to exist although the server left it out. */
  insert(message) {
    const at = this.#find(message.off);
    if (this.#messages[at]?.off === message.off || at === 0) return;
    this.#messages.splice(at, 0, message);
    this.#bury();
    this.#trimFront();
  }

  /**
   * Adds a message that only its sender sees, behind the one at `after`: what is between two offsets is nobody else's.
   * None is added when the end of the room is not held.
   */
  echo(message, after) {
    if (!this.#following || !Number.isSafeInteger(after) || after < 0) return;
    const last = this.#messages.findLast(({ off }) => off >= after && off < after + 1)?.off ?? after;
    const off = last + 1 / echoesMax;
    if (Math.floor(off) !== after) return;
    this.#messages.splice(this.#find(off), 0, { ...message, off });
    this.#trimFront();
  }

  /** @returns {boolean} whether the message is held */
  has(off) {
    return this.#messages[this.#find(off)]?.off === off;
  }

  #append(fresh, complete = 0, keepFront = this.#held) {
    const added = [...fresh];
    if (fresh.length > 0) this.#tail = fresh.at(-1).off;
    for (const off of [...this.#ahead.keys()].sort((a, b) => a - b)) {
      if (off > this.#tail + 1 && off > complete) break;
      if (off > this.#tail) {
        added.push(this.#ahead.get(off));
        this.#tail = off;
      }
      this.#ahead.delete(off);
    }
    this.#tail = Math.max(this.#tail, complete);
    this.#messages.push(...added);
    this.#bury();
    if (keepFront) this.#trimBack();
    else this.#trimFront();
    return added;
  }

  #trimFront() {
    if (this.#messages.length <= this.#limit) return;
    this.#messages.splice(0, this.#messages.length - this.#limit);
    this.#moreBefore = true;
  }

  #trimBack() {
    if (this.#messages.length <= this.#limit) return;
    this.#messages.length = this.#limit;
    this.#tail = Math.floor(this.#messages.at(-1).off);
    this.#following = false;
    this.#ahead.clear();
  }

  /** What is held already may have been withdrawn since. */
  #rewrite(messages) {
    for (const message of messages) {
      if (!message?.gone) continue;
      const at = this.#find(message.off);
      if (this.#messages[at]?.off === message.off) this.#messages[at] = message;
    }
  }

  /**
   * What the tombs held here withdraw is gone, also when it comes after them: an answer may be older than a push that
   * overtook it.
   */
  #bury() {
    const places = new Set();
    const users = new Map();
    for (const { off, tomb } of this.#messages) {
      if (tomb?.off !== undefined) places.add(tomb.off);
      if (tomb?.user !== undefined) users.set(tomb.user, off);
    }
    if (places.size === 0 && users.size === 0) return;
    this.#messages.forEach(({ off, user, gone, tomb }, at) => {
      if (gone || tomb || !(places.has(off) || off < users.get(user))) return;
      this.#messages[at] = { off, gone: true };
    });
  }

  #clean(messages, after) {
    const valid = messages.filter((message) => Number.isSafeInteger(message?.off) && message.off > after);
    valid.sort((a, b) => a.off - b.off);
    return valid.filter((message, index) => index === 0 || message.off !== valid[index - 1].off);
  }

  #find(off) {
    let low = 0;
    let high = this.#messages.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#messages[middle].off < off) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

function count(value) {
  return Number.isSafeInteger(value) && value > 0 ? value : 0;
}
