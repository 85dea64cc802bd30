/**
 * A small event source. Listeners run in the order in which they were added; one that throws is
 * reported to the host and keeps neither the others nor the caller from going on.
 */
export class Emitter {
  #listeners = new Map();

  /**
   * Listens until the returned function is called.
   * @param {string} event
   * @param {(...args: any[]) => void} listener
   * @returns {() => void} stops listening; may be called more than once
   */
  on(event, listener) {
    if (typeof listener !== 'function') throw new TypeError('listener must be a function');
    const set = this.#listeners.get(event) ?? new Set();
    this.#listeners.set(event, set);
    const own = (...args) => listener(...args);
    set.add(own);
    return () => set.delete(own);
  }

  /**
   * Waits for the next occurrence of an event.
   * @param {string} event
   * @returns {Promise<any>} the first argument of the event
   */
  once(event) {
    return new Promise((resolve) => {
      const stop = this.on(event, (value) => {
        stop();
        resolve(value);
      });
    });
  }

  /**
   * Calls everyone who listens to `event`.
   * @protected
   */
  emit(event, ...args) {
    for (const listener of [...(this.#listeners.get(event) ?? [])]) {
      try {
        listener(...args);
      } catch (error) {
        report(error);
      }
    }
  }
}

function report(error) {
  if (typeof globalThis.reportError === 'function') globalThis.reportError(error);
  else console.error(error);
}
