import { Backoff } from './backoff.js';
import { Refused } from './errors.js';

const nMax = 50;
const waitingMax = 32;

/**
 * Reactions of ours in one room on their way: gathered while one is asked for, and sent again under the same number until
 * there is an answer, so that each is counted once. At most 32 batches of 50 wait, what is beyond is `refused`.
 */
export class Reactions {
  #options;
  #seq = 0;
  #waiting = [];
  #ready = false;
  #busy = false;
  #timer;
  #backoff;

  /** @param {{room: string, ask: (op: string, fields: object) => Promise<any>, env: object, random?: () => number}} options */
  constructor(options) {
    this.#options = options;
    this.#backoff = new Backoff({ baseMs: 1_000, maxMs: 10_000, random: options.random });
  }

  /** @returns {Promise<'counted'|'refused'|'unknown'>} what became of it; never rejects */
  add(kind, n) {
    const last = this.#waiting.at(-1);
    let batch = last && last.seq === undefined && last.kind === kind && last.n + n <= nMax ? last : undefined;
    if (!batch) {
      if (this.#waiting.length >= waitingMax) return Promise.resolve('refused');
      batch = { kind, n: 0, seq: undefined, unsure: false };
      batch.settled = new Promise((resolve) => {
        batch.settle = resolve;
      });
      this.#waiting.push(batch);
    }
    batch.n += n;
    this.#pump();
    return batch.settled;
  }

  /** The room is joined (with the number to go on above), or cannot be reached for now. */
  setReady(ready, seq) {
    this.#ready = ready;
    this.#told(seq);
    this.#options.env.clearTimeout(this.#timer);
    if (ready) this.#pump();
  }

  /** Nothing goes on: the client is closed, the room left, or another user is here. */
  stop() {
    this.#ready = false;
    for (const batch of this.#waiting.splice(0)) batch.settle(batch.seq === undefined ? 'refused' : 'unknown');
  }

  #told(seq) {
    if (Number.isSafeInteger(seq) && seq > this.#seq) this.#seq = seq;
  }

  async #pump() {
    if (!this.#ready || this.#busy || this.#waiting.length === 0) return;
    const [batch] = this.#waiting;
    batch.seq ??= ++this.#seq;
    const { kind, n, seq } = batch;
    this.#busy = true;
    let waitMs;
    try {
      await this.#options.ask('react', { room: this.#options.room, kind, n, seq });
      this.#backoff.reset();
      this.#end(batch, 'counted');
    } catch (error) {
      waitMs = this.#failed(batch, error);
    }
    this.#busy = false;
    if (waitMs === undefined) return this.#pump();
    if (this.#ready) this.#timer = this.#options.env.setTimeout(() => this.#pump(), waitMs);
  }

  /** @returns {number|undefined} milliseconds to wait before it is sent again */
  #failed(batch, error) {
    if (!(error instanceof Refused)) {
      batch.unsure = true;
      return this.#backoff.next();
    }
    if (error.retryable) {
      batch.unsure ||= error.reason === 'unavailable';
      return error.retryMs ?? this.#backoff.next();
    }
    this.#told(error.seq);
    if (error.seq === undefined) this.#end(batch, 'refused');
    else if (batch.unsure) this.#end(batch, 'unknown');
    else batch.seq = undefined; // never counted: another number
    return undefined;
  }

  #end(batch, outcome) {
    const at = this.#waiting.indexOf(batch);
    if (at >= 0) this.#waiting.splice(at, 1);
    batch.settle(outcome);
  }
}
