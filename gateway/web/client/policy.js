/**
 * What to do after a WebSocket has closed with `code`.
 *
 * 40xx: never come back. 4109: come back with a new token. 41xx: back off. 42xx: come back at once.
 * Everything else (1006 when the network fails, 1001 when a node goes away, 1011 ...) backs off.
 *
 * @param {number} code close code of the WebSocket
 * @returns {{action: 'stop'|'now'|'wait', freshToken: boolean}}
 */
export function afterClose(code) {
  if (code >= 4000 && code < 4100) return { action: 'stop', freshToken: false };
  if (code === 4109) return { action: 'now', freshToken: true };
  if (code >= 4200 && code < 4300) return { action: 'now', freshToken: false };
  return { action: 'wait', freshToken: false };
}

/**
 * The address to reconnect to after a `move`. Only WebSocket addresses are believed, and a
 * connection that was encrypted stays encrypted.
 *
 * @param {string} current address in use
 * @param {unknown} offered `url` of the `move`
 * @returns {string} the address for the next attempt
 */
export function moveTarget(current, offered) {
  if (typeof offered !== 'string') return current;
  try {
    const from = new URL(current);
    const to = new URL(offered, current);
    if (to.protocol !== 'wss:' && to.protocol !== 'ws:') return current;
    if (from.protocol === 'wss:' && to.protocol !== 'wss:') return current;
    return to.href;
  } catch {
    return current;
  }
}
