import { Refused, Unanswered } from './errors.js';

/**
 * Requests that wait for their answer, by id. At most `limit` wait at a time; one more is refused
 * with `Unanswered('queue_full')` without being sent.
 */
export class Requests {
  #waiting = new Map();
  #nextId = 1;
  #options;

  /**
   * @param {object} options
   * @param {(frame: object) => void} options.send
   * @param {import('./environment.js').Environment} options.env
   * @param {number} [options.timeoutMs] after which an answer is given up
   * @param {number} [options.limit]
   */
  constructor({ send, env, timeoutMs = 10_000, limit = 256 }) {
    this.#options = { send, env, timeoutMs, limit };
  }

  /**
   * Sends one frame and waits for the answer with its id.
   * @param {string} op
   * @param {object} [fields]
   * @param {(ok: any) => void} [take] called with the `ok` before the next frame is looked at, where
   *   a promise would come too late
   * @returns {Promise<any>} the `ok` of the answer; rejects with {@link Refused} or {@link Unanswered}
   */
  ask(op, fields = {}, take = undefined) {
    const { send, env, timeoutMs, limit } = this.#options;
    if (this.#waiting.size >= limit) return Promise.reject(new Unanswered('queue_full'));
    const id = this.#nextId++;
    return new Promise((resolve, reject) => {
      const timer = env.setTimeout(() => {
        this.#waiting.delete(id);
        reject(new Unanswered('timeout'));
      }, timeoutMs);
      this.#waiting.set(id, { resolve, reject, timer, take });
      send({ op, id, ...fields });
    });
  }

  /** @returns {number} an id for a frame whose answer nobody waits for */
  takeId() {
    return this.#nextId++;
  }

  /** Hands an answer to whoever waits for it; answers that came too late are dropped. */
  settle(frame) {
    const request = this.#waiting.get(frame.id);
    if (!request) return;
    this.#waiting.delete(frame.id);
    this.#options.env.clearTimeout(request.timer);
    if (frame.err !== undefined) return request.reject(new Refused(frame.err));
    const ok = frame.ok ?? {};
    request.take?.(ok);
    request.resolve(ok);
  }

  /** The connection is gone: nobody will be answered any more. */
  abandon() {
    const lost = [...this.#waiting.values()];
    this.#waiting.clear();
    for (const request of lost) {
      this.#options.env.clearTimeout(request.timer);
      request.reject(new Unanswered('disconnected'));
    }
  }
}
