/**
 * The ready-made frames. `$token` stands for the token of the form, so that it need not be seen; `room` is replaced
 * by the room of the form, and an `id` is given when it is sent unless there is one.
 *
 * @typedef {object} Ready
 * @property {string} name
 * @property {object} [frame] what is sent, encoded
 * @property {string} [text] or: a text message as it stands
 * @property {string} [hex] or: a binary message, in hexadecimal
 * @property {string} [hint]
 */

/** What `$token` in a frame stands for is never in the frame as it is written. */
export const tokenMark = '$token';

const room = 'playground';
const mod = (act, fields) => ({ name: `mod: ${act}`, frame: { op: 'mod', room, act, ...fields }, hint: 'Needs a token with the role moderator or admin; others get 103.' });

/** @type {Readonly<Record<string, Ready[]>>} by what they are about */
export const ready = Object.freeze({
  Session: [
    { name: 'auth', frame: { op: 'auth', token: tokenMark, device: 'playground' }, hint: '$token stands for the token above. The first frame of a connection, within 10 s.' },
    { name: 'auth, resuming', frame: { op: 'auth', token: tokenMark, device: 'playground', resume: [{ room }] }, hint: 'Joins the rooms in the same round trip; with hist and off it gives what was missed.' },
    { name: 'refresh', frame: { op: 'refresh', token: tokenMark }, hint: 'A new token of the same user, on the open connection.' },
    { name: 'ping', frame: { op: 'ping' }, hint: 'For clients that cannot see WebSocket pings.' },
  ],
  'In a room': [
    { name: 'join', frame: { op: 'join', room, limit: 50 }, hint: 'The first push of the room has the answer’s off + 1.' },
    { name: 'join, since', frame: { op: 'join', room, since: { hist: 'h9', off: 1 } }, hint: 'hist and off as an earlier answer said them; recovered tells whether something is missing.' },
    { name: 'pub', frame: { op: 'pub', room, text: 'hi' }, hint: 'Join first. The sender gets its message as a push too.' },
    { name: 'pub, with everything', frame: { op: 'pub', room, cid: 'c-1', text: '안녕 💜', reply_to: 1, data: { sticker: { pack: 'summer', n: 17 } }, vt: 1500 }, hint: 'The same cid gets the first answer again for 5 minutes; with another content, 107.' },
    { name: 'history', frame: { op: 'history', room, limit: 20 }, hint: 'before or after, both exclusive; neither gives the newest page.' },
    { name: 'read', frame: { op: 'read', room, off: 1 }, hint: 'Your other devices get it as a push.' },
    { name: 'presence: count', frame: { op: 'presence', room } },
    { name: 'presence: page', frame: { op: 'presence', room, mode: 'page', limit: 20 } },
    { name: 'react', frame: { op: 'react', room, kind: 'cheer', n: 3, seq: 1 }, hint: 'Counted exactly once by user, device and seq; seq grows.' },
    { name: 'board', frame: { op: 'board', room, of: 'day', top: 10, watch: true }, hint: 'Who cheered most.' },
    { name: 'typing', frame: { op: 'typing', room }, hint: 'Told in small rooms only.' },
    { name: 'leave', frame: { op: 'leave', room } },
  ],
  Moderating: [
    mod('delete', { off: 1, why: 'spam' }),
    mod('mute', { user: '17', for_ms: 60_000, why: 'spam' }),
    mod('unmute', { user: '17' }),
    mod('ban', { user: '17', devices: true, why: 'spam' }),
    mod('unban', { user: '17' }),
    mod('shadow', { user: '17', for_ms: 60_000 }),
    mod('unshadow', { user: '17' }),
    mod('slow', { interval_ms: 5_000 }),
    mod('members_only', { on: true }),
    mod('filter', { add: ['spam'], links: true, repeats_ms: 60_000 }),
    mod('pin', { off: 1 }),
    mod('unpin', { off: 1 }),
  ],
  'Wrong on purpose': [
    { name: 'an unknown op (107)', frame: { op: 'teleport' } },
    { name: 'a field of a wrong type (107)', frame: { op: 'join', room: 17 } },
    { name: 'two frames in one message', text: '[{"op":"ping","id":1},{"op":"presence","id":2,"room":"playground"}]', hint: 'As JSON; each is handled for itself.' },
    { name: 'text that is no JSON (4007)', text: '{"op":"ping",', hint: 'Closes with 4007: bytes that are no frame.' },
    { name: 'bytes that are no msgpack (4007)', hex: 'c1', hint: '0xc1 is never used. Closes with 4007, and so does a binary message where the subprotocol is JSON.' },
    { name: 'a key twice (4007)', text: '{"op":"ping","id":1,"id":2}', hint: 'Closes with 4007 where the subprotocol is JSON.' },
    { name: 'too deep (4007)', text: '[[[[[[[[[[]]]]]]]]]]' },
  ],
});

/** @returns {Ready[]} all of them, in order */
export function allReady() {
  return Object.values(ready).flat();
}

/** @returns {{kind: 'frame'|'text'|'hex', text: string}} what the form shows for one, in this room */
export function written(each, inRoom) {
  if (each.text !== undefined) return { kind: 'text', text: each.text };
  if (each.hex !== undefined) return { kind: 'hex', text: each.hex };
  const frame = structuredClone(each.frame);
  if (typeof frame.room === 'string') frame.room = inRoom;
  for (const one of frame.resume ?? []) one.room = inRoom;
  return { kind: 'frame', text: JSON.stringify(frame, null, 2) };
}

/** @returns {Uint8Array} throws with a sentence when it is no hexadecimal */
export function bytesOfHex(text) {
  const digits = text.replace(/\s+/g, '');
  if (digits.length % 2 !== 0 || !/^[0-9a-f]*$/i.test(digits)) throw new Error('hexadecimal is pairs of 0-9 and a-f');
  return Uint8Array.from(digits.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
}
