import { decode, encode } from './msgpack.js';

/**
 * How frames are written into WebSocket messages; both hold the same maps.
 *
 * @typedef {object} Encoding
 * @property {string} protocol the WebSocket subprotocol
 * @property {(frame: object) => string|Uint8Array} write
 * @property {(data: any) => any} read of a message's `data`; throws when it is no frame
 */

/** @type {Readonly<Record<'json'|'msgpack', Encoding>>} */
export const encodings = Object.freeze({
  json: {
    protocol: 'lightstick.v1.json',
    write: (frame) => JSON.stringify(frame),
    read: (data) => JSON.parse(data),
  },
  msgpack: {
    protocol: 'lightstick.v1.msgpack',
    write: (frame) => encode(frame),
    read: (data) => decode(new Uint8Array(data)),
  },
});
