/**
 * Notices a connection that has gone silent: after `quietMs` without a byte it asks, and when
 * `answerMs` more bring none it reports silence once. It rests while the page is hidden.
 */
export class Watchdog {
  #options;
  #timer;
  #lastByteAt = 0;
  #running = false;

  /**
   * @param {object} options
   * @param {import('./environment.js').Environment} options.env
   * @param {() => void} options.ask sends a ping
   * @param {() => void} options.silent called when nothing came back
   * @param {number} [options.quietMs]
   * @param {number} [options.answerMs]
   */
  constructor({ env, ask, silent, quietMs = 3_000, answerMs = 2_000 }) {
    this.#options = { env, ask, silent, quietMs, answerMs };
  }

  start() {
    this.#running = true;
    this.heard();
    this.#watch();
  }

  stop() {
    this.#running = false;
    this.#options.env.clearTimeout(this.#timer);
  }

  /** Something arrived. */
  heard() {
    this.#lastByteAt = this.#options.env.now();
  }

  /** Asks without waiting for the quiet to last: the page is shown again, the network is back. */
  probe() {
    if (!this.#running) return;
    this.#options.env.clearTimeout(this.#timer);
    this.#ask();
  }

  #watch() {
    const { env, quietMs } = this.#options;
    const quiet = env.now() - this.#lastByteAt;
    if (quiet < quietMs) {
      this.#timer = env.setTimeout(() => this.#watch(), quietMs - quiet);
    } else if (env.visible()) {
      this.#ask();
    } else {
      this.#timer = env.setTimeout(() => this.#watch(), quietMs);
    }
  }

  #ask() {
    const { env, ask, silent, answerMs } = this.#options;
    const askedAt = env.now();
    ask();
    this.#timer = env.setTimeout(() => {
      if (this.#lastByteAt >= askedAt) return this.#watch();
      if (!env.visible()) return this.#watch();
      this.stop();
      silent();
    }, answerMs);
  }
}
