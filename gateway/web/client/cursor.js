const delayMs = 500;

/**
 * The user's read cursor in one room. It only moves forward; a move is here at once and on the
 * server within half a second, moves in between are merged. What could not be sent is sent after
 * the next join.
 */
export class ReadCursor {
  #options;
  #read = 0;
  #known = 0;
  #ready = false;
  #timer;

  /**
   * @param {object} options
   * @param {import('./environment.js').Environment} options.env
   * @param {(off: number) => Promise<any>} options.send
   */
  constructor(options) {
    this.#options = options;
  }

  /** @returns {number} the offset up to which the user has read */
  get off() {
    return this.#read;
  }

  /** @returns {boolean} whether it moved */
  move(off) {
    if (!(off > this.#read)) return false;
    this.#read = off;
    this.#schedule();
    return true;
  }

  /** Sends a move that waits now: later may be too late. */
  flush() {
    this.#options.env.clearTimeout(this.#timer);
    if (this.#ready) this.#send();
  }

  /** The server told where the cursor is: the user read on another device. */
  told(off) {
    if (!Number.isSafeInteger(off)) return;
    this.#read = Math.max(this.#read, off);
    this.#known = Math.max(this.#known, off);
  }

  /** Another history has begun: its offsets say nothing about the former ones. */
  reset() {
    this.#read = 0;
    this.#known = 0;
  }

  /** The room is joined (true) or away (false). */
  setReady(ready) {
    this.#ready = ready;
    this.#options.env.clearTimeout(this.#timer);
    if (ready && this.#read > this.#known) this.#schedule();
  }

  #schedule() {
    const { env } = this.#options;
    env.clearTimeout(this.#timer);
    if (this.#ready) this.#timer = env.setTimeout(() => this.#send(), delayMs);
  }

  async #send() {
    const off = this.#read;
    if (off <= this.#known) return;
    try {
      await this.#options.send(off);
      this.#known = Math.max(this.#known, off);
    } catch {
      // Sent again with the next move or the next join.
    }
  }
}
