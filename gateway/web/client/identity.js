const deviceKey = 'lightstick.device';
const devicePattern = /^[A-Za-z0-9_-]{1,64}$/;

// Node 18 keeps the generator out of the global scope.
const crypto = globalThis.crypto ?? (await import('node:crypto')).webcrypto;

/**
 * An unguessable id: `prefix` and 96 random bits.
 * @param {string} prefix
 * @returns {string}
 */
export function randomId(prefix) {
  const bytes = crypto.getRandomValues(new Uint8Array(12));
  return prefix + Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/**
 * The id of this device, kept in `storage` so that a reload is the same device. Without storage, or
 * where it refuses (private windows), the id lasts as long as the page.
 *
 * @param {Pick<Storage, 'getItem'|'setItem'>|undefined} [storage]
 * @returns {string}
 */
export function deviceId(storage = defaultStorage()) {
  try {
    const kept = storage?.getItem(deviceKey);
    if (kept && devicePattern.test(kept)) return kept;
  } catch {
    return randomId('web-');
  }
  const made = randomId('web-');
  try {
    storage?.setItem(deviceKey, made);
  } catch {
    // A full or forbidden storage costs only the memory of this device.
  }
  return made;
}

function defaultStorage() {
  try {
    return globalThis.localStorage;
  } catch {
    return undefined;
  }
}
