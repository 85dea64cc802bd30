/** What the codes of docs/protocol.md mean, in a sentence each; a test compares the codes with that page. */

/** @type {Readonly<Record<number, string>>} codes of `err` */
export const errors = Object.freeze({
  100: 'A fault of the server, told to its operators. Ask again later.',
  101: 'The token is no good, or a frame came before “auth”.',
  102: 'There is no such room.',
  103: 'The token does not allow it, the room was not joined, or a moderator does not let you in.',
  107: 'The client is wrong; asking again does not help. The message names the field.',
  109: 'The token has expired: come back with a new one.',
  111: 'Too fast: ask again after retry_ms.',
  113: 'The room is full.',
  120: 'A moderator does not let you speak; retry_ms says when that ends.',
  121: 'The room is in slow mode: say it again after retry_ms.',
  122: 'A filter of the room refuses it.',
  130: 'A bound of the server was reached: ask again after retry_ms.',
  131: 'Not available just now; the outcome of this request may be unknown. Ask again, a “pub” with the same cid.',
});

/** @type {Readonly<Record<number, string>>} codes of a close */
export const closes = Object.freeze({
  4001: 'No “auth” came within 10 s, another frame came first, or the token is no good or was revoked. Do not come back with the same one.',
  4003: 'A moderator put you out of a room of this connection. Do not come back.',
  4007: 'The bytes that were sent are no frame: not JSON or not msgpack, the wrong kind of message, or beyond a bound of shape. Nothing of that message was handled. Do not come back: the client is wrong.',
  4101: 'Too slow: 1 MiB waited for this socket. Come back with back-off and page on; nothing is lost.',
  4108: 'Far beyond the rate, or the node has no place for this session just now. Come back with back-off.',
  4109: 'The token has expired. Come back with a new one.',
  4200: 'The node stops, or it lost the session. Come back now.',
  4201: 'No pong came within 10 s. Come back now.',
});

const general = Object.freeze({
  1000: 'Closed as it should be.',
  1001: 'The page or the server is going away.',
  1006: 'The connection ended without a close frame: the network or the process is gone, or the upgrade was refused.',
  1007: 'A text message was not UTF-8.',
  1009: 'A message was larger than this node takes.',
});

/**
 * @param {number} code
 * @returns {string} what the close code means; those not yet known go by their range
 */
export function explainClose(code) {
  const known = closes[code] ?? general[code];
  if (known !== undefined) return known;
  if (code >= 4000 && code < 4100) return 'A code of 40xx: do not come back.';
  if (code >= 4100 && code < 4200) return 'A code of 41xx: come back with back-off.';
  if (code >= 4200 && code < 4300) return 'A code of 42xx: come back now.';
  return 'A code of the WebSocket protocol (RFC 6455).';
}
