import { Backoff, afterRetry } from './backoff.js';
import { Refused } from './errors.js';
import { MessageWindow } from './window.js';

const fillSize = 100;
const triesMax = 5;

/**
 * Keeps a room's {@link MessageWindow} whole: takes in join results and pushes, and asks for what
 * lies between them. When more is missing than the window holds, it starts again from the newest
 * page; the rest can be read back to.
 */
export class History {
  #options;
  #hist;
  #announced = 0;
  #catching = false;
  #joined = false;
  #stale = false;
  #older;
  #newer;

  /**
   * @param {object} options
   * @param {string} options.room
   * @param {number} options.limit messages held
   * @param {(op: string, fields: object) => Promise<any>} options.ask
   * @param {import('./environment.js').Environment} options.env
   * @param {() => number} [options.random]
   * @param {(fresh: import('./window.js').Message[]) => void} options.onChange called after every
   *   change of the window, with the messages that are at its end for the first time
   */
  constructor(options) {
    this.#options = options;
    this.window = new MessageWindow(options.limit);
  }

  /** @returns {{hist: string, off: number}|undefined} what to resume from */
  get point() {
    if (this.#hist === undefined || this.#stale) return undefined;
    return { hist: this.#hist, off: this.window.following ? this.window.tail : this.window.head };
  }

  /**
   * Takes in a join result.
   * @returns {{again: boolean, recovered: boolean, from: number, replaced: boolean}} `replaced` when
   *   the history is another one than before
   */
  join({ hist, off, recovered, more, msgs }) {
    const messages = Array.isArray(msgs) ? msgs : [];
    const from = this.window.head;
    const again = this.#hist !== undefined;
    const replaced = again && hist !== this.#hist;
    const goesOn = again && !replaced && recovered === true;
    if (!goesOn) this.#stale = false;
    this.#hist = hist;
    this.#joined = true;
    if (replaced) this.#announced = 0;
    if (!goesOn) {
      this.window.reset(messages, off, more === true);
    } else {
      this.window.raise(off);
      if (this.window.following) this.window.fill(messages, more === true, this.window.head);
    }
    return { again, recovered: goesOn, from, replaced };
  }

  /** The connection is away; nothing is asked for until the next join. */
  away() {
    this.#joined = false;
  }

  /** Takes in pushed messages. */
  push(messages, skipped) {
    this.window.push(messages, skipped);
    this.changed();
  }

  /** Takes in what the server shows to nobody but us. */
  echo(message, after) {
    this.window.echo(message, after);
    this.changed();
  }

  /** Announces what is new, and asks for what is missing. */
  changed() {
    const fresh = this.#fresh();
    this.#options.onChange(fresh);
    // A tomb that does not tell what it withdraws: it may be anything that was held before it came.
    if (fresh.some(isUnnamed) && !this.#announcedFirst(fresh)) this.#stale = true;
    if (this.#stale) this.#readAgain();
    else this.#catchUp();
  }

  /** Whether all that is held is new, and so was read after it was withdrawn. */
  #announcedFirst(fresh) {
    return fresh.length === this.window.items.length;
  }

  async #readAgain() {
    if (!this.#joined) return;
    try {
      await this.#restart(fillSize);
      this.#stale = false;
      this.#options.onChange([]);
      this.#catchUp();
    } catch {
      // The next change, or the next join, reads again.
    }
  }

  /** @returns {Promise<number>} how many older messages came; concurrent calls share one request */
  older(limit) {
    this.#older ??= this.#loadOlder(limit).finally(() => {
      this.#older = undefined;
    });
    return this.#older;
  }

  /** @returns {Promise<number>} how many newer messages came to a window that does not follow */
  newer(limit) {
    this.#newer ??= this.#loadNewer(limit).finally(() => {
      this.#newer = undefined;
    });
    return this.#newer;
  }

  /** Back to the newest messages. */
  async newest(limit) {
    if (this.window.following) return;
    await this.#restart(limit);
    this.changed();
  }

  #fresh() {
    const { items: messages, following } = this.window;
    let index = messages.length;
    while (index > 0 && messages[index - 1].off > this.#announced) index -= 1;
    if (!following || index === messages.length) return [];
    this.#announced = messages.at(-1).off;
    return messages.slice(index);
  }

  async #catchUp() {
    if (this.#catching) return;
    this.#catching = true;
    const { env, random } = this.#options;
    const backoff = new Backoff({ baseMs: 500, maxMs: 5_000, random });
    let tries = 0;
    try {
      while (this.#joined && this.window.behind && tries < triesMax) {
        const before = this.window.tail;
        try {
          await this.#fillOnce();
          tries = this.window.tail > before ? 0 : triesMax;
        } catch (error) {
          if (!this.#joined || (error instanceof Refused && !error.retryable)) return;
          tries += 1;
          const waitMs = error.retryMs === undefined ? backoff.next() : afterRetry(error.retryMs, random);
          await new Promise((resolve) => env.setTimeout(resolve, waitMs));
        }
      }
    } finally {
      this.#catching = false;
    }
  }

  async #fillOnce() {
    const { window } = this;
    const { tail, head } = window;
    if (head - tail > this.#options.limit) {
      await this.#restart(fillSize);
    } else {
      const hist = this.#hist;
      const page = await this.#page({ after: tail, limit: fillSize });
      if (this.#hist === hist && window.tail === tail && window.following) window.fill(page.msgs, page.more, head);
    }
    this.#options.onChange(this.#fresh());
  }

  async #restart(limit) {
    const { head } = this.window;
    const hist = this.#hist;
    const page = await this.#page({ before: head + 1, limit });
    if (this.#hist !== hist) return;
    const newest = this.window.head;
    this.window.reset(page.msgs, head, page.more);
    this.window.raise(newest);
  }

  async #loadOlder(limit) {
    const { window } = this;
    const first = window.items[0]?.off;
    if (first === undefined || !window.moreBefore) return 0;
    const page = await this.#page({ before: Math.ceil(first), limit });
    if (window.items[0]?.off !== first) return 0;
    const added = window.prepend(page.msgs, page.more);
    this.#options.onChange([]);
    return added;
  }

  async #loadNewer(limit) {
    const { window } = this;
    if (window.following) return 0;
    const { tail, head } = window;
    const page = await this.#page({ after: tail, limit });
    if (window.following || window.tail !== tail) return 0;
    const added = window.fill(page.msgs, page.more, head).length;
    this.changed();
    return added;
  }

  async #page(range) {
    const page = await this.#options.ask('history', { room: this.#options.room, ...range });
    return { msgs: Array.isArray(page.msgs) ? page.msgs : [], more: page.more === true };
  }
}

function isUnnamed({ tomb }) {
  return tomb !== undefined && tomb.off === undefined && tomb.user === undefined;
}
