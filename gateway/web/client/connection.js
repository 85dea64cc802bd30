import { Backoff, afterRetry } from './backoff.js';
import { encodings } from './encodings.js';
import { Refused, codes } from './errors.js';
import { afterClose, moveTarget } from './policy.js';
import { Requests } from './requests.js';
import { Watchdog } from './watchdog.js';

/**
 * @typedef {'idle'|'connecting'|'authenticating'|'live'|'waiting'|'closed'} ConnectionState
 * `idle` before the first `open`; `connecting` until the server's hello; `authenticating` until the
 * token is accepted; `live`; `waiting` for the next attempt; `closed` for good (until `open`).
 *
 * @typedef {object} StateChange
 * @property {ConnectionState} state
 * @property {number} [code] close or error code that led here
 * @property {string} [reason] a word or the server's sentence for it
 * @property {number} [retryInMs] with `waiting`: milliseconds to the next attempt
 *
 * @typedef {object} TokenWanted
 * @property {boolean} expired the last token was refused as expired
 * @property {boolean} refresh the current token still works and is to be renewed
 */

const open = 1;
const handshakeMs = 10_000;
const stableMs = 5_000;
const instantEveryMs = 10_000;

/**
 * One connection to a gateway that is opened again and again: handshake, authentication, renewal of
 * the token, detection of silence, and when to come back. Holds one socket at a time.
 */
export class Connection {
  #options;
  #encoding;
  #socket;
  #state = { state: 'idle' };
  #url;
  #backoff;
  #requests;
  #watchdog;
  #retryTimer;
  #handshakeTimer;
  #refreshTimer;
  #moveTimer;
  #moveAt;
  #token;
  #tokenPromise;
  #tokenExpired = false;
  #liveSince;
  #instantAt = -Infinity;

  /**
   * @param {object} options
   * @param {string} options.url
   * @param {(why: TokenWanted) => Promise<string>|string} options.token a rejection backs off, unless
   *   the error has a true `permanent`: then the connection is closed
   * @param {string} options.device
   * @param {new (url: string, protocols: string[]) => WebSocket} options.WebSocket
   * @param {'json'|'msgpack'} [options.encoding]
   * @param {import('./environment.js').Environment} options.env
   * @param {{baseMs?: number, maxMs?: number, random?: () => number}} [options.backoff]
   * @param {() => object[]} options.resume entries for the `auth` frame
   * @param {(change: StateChange) => void} options.onState
   * @param {(session: object) => void} options.onLive the answer to `auth`, before `live` is announced
   * @param {(frame: object) => void} options.onPush frames that answer nothing
   */
  constructor(options) {
    this.#options = options;
    this.#encoding = encodings[options.encoding ?? 'json'];
    if (!this.#encoding) throw new TypeError(`encoding must be one of ${Object.keys(encodings).join(', ')}`);
    const { env } = options;
    this.#url = options.url;
    this.#backoff = new Backoff(options.backoff);
    this.#requests = new Requests({ env, send: (frame) => this.#send(frame) });
    this.#watchdog = new Watchdog({
      env,
      ask: () => this.#send({ op: 'ping', id: this.#requests.takeId() }),
      silent: () => this.#lost({ code: 4201, reason: 'silent' }),
    });
    env.onWake(() => this.#wake());
    /** Limits that the server's hello told. @type {{frame_bytes?: number, text_bytes?: number}} */
    this.limits = {};
  }

  /** @returns {StateChange} where the connection stands */
  get state() {
    return this.#state;
  }

  /** Connects, or tries at once when it was waiting. No effect while an attempt or a session runs. */
  open() {
    if (this.#socket) return;
    this.#attempt();
  }

  /** Ends the connection for good; `open` starts again. */
  close(reason = 'closed by the client') {
    this.#drop(1000);
    this.#enter({ state: 'closed', code: 1000, reason });
  }

  /**
   * Asks the server.
   * @returns {Promise<any>} see {@link Requests#ask}
   */
  ask(op, fields, take) {
    return this.#requests.ask(op, fields, take);
  }

  #attempt() {
    const { env, WebSocket } = this.#options;
    env.clearTimeout(this.#retryTimer);
    let socket;
    try {
      socket = new WebSocket(this.#url, [this.#encoding.protocol]);
      socket.binaryType = 'arraybuffer';
    } catch (error) {
      this.#enter({ state: 'closed', code: 4000, reason: String(error?.message ?? error) });
      return;
    }
    this.#socket = socket;
    this.#handshakeTimer = env.setTimeout(() => this.#lost({ code: 4201, reason: 'handshake timeout' }), handshakeMs);
    this.#tokenPromise = this.#fetchToken({ expired: this.#tokenExpired, refresh: false });
    this.#tokenPromise.catch(() => {});
    const mine = (handler) => (event) => {
      if (this.#socket === socket) handler(event);
    };
    socket.addEventListener('message', mine((event) => this.#receive(event.data)));
    socket.addEventListener('close', mine((event) => this.#closed(event.code, event.reason)));
    socket.addEventListener('error', () => {});
    this.#enter({ state: 'connecting' });
  }

  async #fetchToken(why) {
    const token = await this.#options.token(why);
    if (typeof token !== 'string' || token === '') {
      throw Object.assign(new Error('no token'), { permanent: true });
    }
    return token;
  }

  #send(frame) {
    if (this.#socket?.readyState === open) this.#socket.send(this.#encoding.write(frame));
  }

  #receive(data) {
    this.#watchdog.heard();
    let frames;
    try {
      frames = this.#encoding.read(data);
    } catch {
      return this.#lost({ code: 4007, reason: 'bad frame from the server' });
    }
    for (const frame of Array.isArray(frames) ? frames : [frames]) {
      if (frame === null || typeof frame !== 'object') continue;
      if (frame.op === undefined) this.#requests.settle(frame);
      else if (frame.op === 'hello') this.#hello(frame);
      else if (frame.op === 'move') this.#move(frame);
      else if (this.#state.state === 'live') this.#options.onPush(frame);
    }
  }

  async #hello(frame) {
    if (this.#state.state !== 'connecting') return;
    this.limits = typeof frame.limits === 'object' && frame.limits !== null ? frame.limits : {};
    const socket = this.#socket;
    this.#enter({ state: 'authenticating' });
    try {
      const token = await this.#tokenPromise;
      if (this.#socket !== socket) return;
      const { device, resume } = this.#options;
      const fields = { token, device, resume: resume() };
      await this.#requests.ask('auth', fields, (session) => this.#live(token, session));
    } catch (error) {
      if (this.#socket === socket) this.#authFailed(error);
    }
  }

  #live(token, session) {
    const { env, onLive } = this.#options;
    env.clearTimeout(this.#handshakeTimer);
    this.#token = token;
    this.#tokenExpired = false;
    this.#liveSince = env.now();
    this.#watchdog.start();
    this.#scheduleRefresh(session.expires_in_s);
    // The rooms are given their answers before anyone hears of `live`, but pushes must pass already.
    this.#state = { state: 'live' };
    onLive(session);
    if (this.#state.state === 'live') this.#options.onState(this.#state);
  }

  #authFailed(error) {
    if (error instanceof Refused) {
      if (error.code === codes.token_expired) return this.#lost({ code: 4109, reason: error.reason });
      if (error.retryable) return this.#lost({ code: 4100, reason: error.reason }, error.retryMs);
      const code = error.code === codes.forbidden ? 4003 : 4001;
      this.#drop(1000);
      return this.#enter({ state: 'closed', code, reason: error.reason });
    }
    if (error?.permanent) {
      this.#drop(1000);
      return this.#enter({ state: 'closed', code: 4001, reason: 'no_token' });
    }
    return this.#lost({ code: 4100, reason: String(error?.message ?? error) });
  }

  #scheduleRefresh(expiresInS) {
    const { env } = this.#options;
    env.clearTimeout(this.#refreshTimer);
    if (!Number.isFinite(expiresInS) || expiresInS <= 0) return;
    const delayMs = Math.max(5_000, expiresInS * 800);
    this.#refreshTimer = env.setTimeout(() => this.#refresh(), delayMs);
  }

  async #refresh() {
    try {
      const token = await this.#fetchToken({ expired: false, refresh: true });
      if (this.#state.state !== 'live' || token === this.#token) return;
      const answer = await this.#requests.ask('refresh', { token });
      this.#token = token;
      this.#scheduleRefresh(answer.expires_in_s);
    } catch {
      // The server ends the session with 4109 in time; then a new token is fetched.
    }
  }

  #move(frame) {
    const { env, backoff } = this.#options;
    const random = backoff?.random ?? Math.random;
    const part = (value) => (Number.isFinite(value) && value > 0 ? Math.min(value, 600_000) : 0);
    const delayMs = part(frame.after_ms) + random() * part(frame.jitter_ms);
    this.#url = moveTarget(this.#url, frame.url);
    this.#moveAt = env.now() + delayMs;
    env.clearTimeout(this.#moveTimer);
    this.#moveTimer = env.setTimeout(() => this.#lost({ code: 4200, reason: 'move' }), delayMs);
  }

  #closed(code, reason) {
    this.#lost({ code, reason: reason || (code === 1006 ? 'connection lost' : `closed with ${code}`) });
  }

  #lost({ code, reason }, atLeastMs = 0) {
    const { env, backoff } = this.#options;
    const wasMoved = this.#moveAt;
    const stood = this.#liveSince !== undefined && env.now() - this.#liveSince >= stableMs;
    const wasLive = this.#liveSince !== undefined;
    this.#drop(1000);
    const { action, freshToken } = afterClose(code);
    if (action === 'stop') return this.#enter({ state: 'closed', code, reason });
    if (freshToken) this.#tokenExpired = true;
    if (stood) this.#backoff.reset();
    // A node that a `move` led to and that cannot be reached is given up for the usual address.
    if (!wasLive && !freshToken) this.#url = this.#options.url;

    let delayMs;
    if (wasMoved !== undefined) delayMs = Math.max(0, wasMoved - env.now());
    else if (action === 'now' && env.now() - this.#instantAt >= instantEveryMs) delayMs = 0;
    else delayMs = this.#backoff.next();
    if (delayMs === 0) this.#instantAt = env.now();
    delayMs = Math.max(delayMs, afterRetry(atLeastMs, backoff?.random));
    this.#retryTimer = env.setTimeout(() => this.#attempt(), delayMs);
    this.#enter({ state: 'waiting', code, reason, retryInMs: delayMs });
  }

  #drop(code) {
    const { env } = this.#options;
    for (const timer of [this.#retryTimer, this.#handshakeTimer, this.#refreshTimer, this.#moveTimer]) {
      env.clearTimeout(timer);
    }
    this.#watchdog.stop();
    this.#moveAt = undefined;
    this.#liveSince = undefined;
    const socket = this.#socket;
    this.#socket = undefined;
    try {
      socket?.close(code);
    } catch {
      // Already closed, or closed while it was being opened.
    }
    this.#requests.abandon();
  }

  #wake() {
    if (this.#state.state === 'live') this.#watchdog.probe();
    else if (this.#state.state === 'waiting') this.#attempt();
  }

  #enter(change) {
    this.#state = change;
    this.#options.onState(change);
  }
}
