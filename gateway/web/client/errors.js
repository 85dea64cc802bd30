/**
 * Error codes of the protocol, by the word that `reason` carries.
 * @enum {number}
 */
export const codes = Object.freeze({
  internal: 100,
  unauthenticated: 101,
  room_not_found: 102,
  forbidden: 103,
  bad_request: 107,
  token_expired: 109,
  rate_limited: 111,
  room_full: 113,
  muted: 120,
  slow_mode: 121,
  filtered: 122,
  overloaded: 130,
  unavailable: 131,
});

const words = new Map(Object.entries(codes).map(([word, code]) => [code, word]));
const passing = new Set([codes.internal, codes.token_expired, codes.rate_limited, codes.overloaded, codes.unavailable]);

/** The server refused a request: the outcome is known. */
export class Refused extends Error {
  /** @param {{code?: number, msg?: string, retry_ms?: number}} err the `err` map of an answer */
  constructor(err) {
    super(typeof err?.msg === 'string' ? err.msg : 'refused');
    this.name = 'Refused';
    /** @type {number} one of {@link codes}, or a newer one */
    this.code = Number.isInteger(err?.code) ? err.code : codes.internal;
    /** @type {string} the word for the code, `refused` when it is unknown */
    this.reason = words.get(this.code) ?? 'refused';
    /** @type {number|undefined} of a reaction: the number to go on above */
    this.seq = Number.isSafeInteger(err?.seq) ? err.seq : undefined;
    /** @type {number|undefined} milliseconds after which asking again makes sense */
    this.retryMs = Number.isFinite(err?.retry_ms) && err.retry_ms >= 0 ? err.retry_ms : undefined;
  }

  /** True when the same request may succeed a little later: the client only has to wait, or to renew its token. */
  get retryable() {
    return passing.has(this.code);
  }
}

/** No answer came (time-out, connection lost): the outcome of the request is unknown. */
export class Unanswered extends Error {
  /** @param {'timeout'|'disconnected'|'queue_full'|'not_live'} reason the last two were never sent */
  constructor(reason) {
    super(reason);
    this.name = 'Unanswered';
    this.reason = reason;
  }
}
