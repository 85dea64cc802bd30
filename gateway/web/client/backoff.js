/**
 * When to come again after an answer that said `retry_ms`: never before it, and up to a quarter later, so that those
 * who were told the same do not come together.
 * @param {number} retryMs
 * @param {() => number} [random]
 * @returns {number} milliseconds
 */
export function afterRetry(retryMs, random = Math.random) {
  return Math.ceil(retryMs * (1 + 0.25 * random()));
}

/**
 * Exponential back-off with jitter: the n-th delay lies between half of and the whole of
 * `min(maxMs, baseMs * 2^n)`, so that a thousand clients of a fallen node do not return together.
 */
export class Backoff {
  #options;
  #attempt = 0;

  /** @param {{baseMs?: number, maxMs?: number, random?: () => number}} [options] */
  constructor({ baseMs = 400, maxMs = 20_000, random = Math.random } = {}) {
    this.#options = { baseMs, maxMs, random };
  }

  /** @returns {number} milliseconds to wait before the next attempt; grows with every call */
  next() {
    const { baseMs, maxMs, random } = this.#options;
    const ceiling = Math.min(maxMs, baseMs * 2 ** this.#attempt);
    if (ceiling < maxMs) this.#attempt += 1;
    return Math.round(ceiling * (0.5 + 0.5 * random()));
  }

  /** Starts again from the shortest delay. */
  reset() {
    this.#attempt = 0;
  }
}
