import { Emitter } from './emitter.js';

/**
 * @typedef {object} Member
 * @property {string} user
 * @property {string} name
 * @property {string} role
 */

const pageSize = 100;

/**
 * Who is in a room, as far as the room tells: read in pages, then kept up to date by the pushes.
 * Holds at most `limit` members; a larger room is `partial`, and joins beyond it are not added.
 *
 * Event `change`: the list is different.
 */
export class Roster extends Emitter {
  #members = new Map();
  #loading;
  #left;
  #partial = false;
  #limit;

  /** @param {number} limit */
  constructor(limit) {
    super();
    this.#limit = limit;
  }

  /** @returns {Member[]} in the order in which they became known */
  get members() {
    return [...this.#members.values()];
  }

  /** Whether the room has more members than are held. */
  get partial() {
    return this.#partial;
  }

  /**
   * Reads the list anew; what joins and leaves meanwhile is taken into account. A failure keeps
   * the list as it was.
   * @param {(fields: object) => Promise<{members: Member[], next?: string}>} askPage
   * @returns {Promise<void>}
   */
  async load(askPage) {
    const loading = new Map();
    const left = new Set();
    this.#loading = loading;
    this.#left = left;
    let after;
    try {
      do {
        const page = await askPage({ mode: 'page', limit: pageSize, after });
        if (this.#loading !== loading) return;
        for (const member of Array.isArray(page.members) ? page.members : []) {
          if (loading.size < this.#limit && !left.has(member.user)) loading.set(member.user, member);
        }
        after = typeof page.next === 'string' && page.next !== after ? page.next : undefined;
      } while (after !== undefined && loading.size < this.#limit);
      this.#partial = after !== undefined;
      this.#members = loading;
      this.emit('change');
    } finally {
      if (this.#loading === loading) this.#loading = this.#left = undefined;
    }
  }

  /**
   * Takes in a `state` push.
   * @param {Member[]} [joined]
   * @param {string[]} [left]
   */
  apply(joined = [], left = []) {
    for (const user of left) {
      this.#members.delete(user);
      this.#loading?.delete(user);
      this.#left?.add(user);
    }
    for (const member of joined) {
      this.#left?.delete(member.user);
      for (const list of [this.#members, this.#loading]) {
        if (list && (list.size < this.#limit || list.has(member.user))) list.set(member.user, member);
      }
    }
    if (joined.length > 0 || left.length > 0) this.emit('change');
  }
}
