const prefix = 'lightstick.';

/** Small things that a reload should find again. Where storage is forbidden they last as long as the page. */
export const kept = {
  memory: new Map(),

  /** @returns {string|undefined} */
  get(key) {
    try {
      return localStorage.getItem(prefix + key) ?? this.memory.get(key);
    } catch {
      return this.memory.get(key);
    }
  },

  /** @param {string|undefined} value undefined forgets */
  set(key, value) {
    if (value === undefined) this.memory.delete(key);
    else this.memory.set(key, value);
    try {
      if (value === undefined) localStorage.removeItem(prefix + key);
      else localStorage.setItem(prefix + key, value);
    } catch {
      // Kept in memory only.
    }
  },
};
