/**
 * What the client wants to know about the world around it. Tests and other hosts pass their own.
 *
 * @typedef {object} Environment
 * @property {() => number} now monotonic milliseconds
 * @property {(callback: () => void, ms: number) => any} setTimeout
 * @property {(timer: any) => void} clearTimeout
 * @property {() => boolean} visible false while nobody can see the page; no pings are sent then
 * @property {(callback: () => void) => void} onWake calls back when the page is shown again or the
 *   network returns: a moment to check the connection instead of waiting for a timer
 * @property {(callback: () => void) => void} onHide calls back when the page goes out of sight, perhaps
 *   for good: the last moment to send something
 */

const longestTimerMs = 2 ** 31 - 1;

/** @returns {Environment} the browser's or Node's own */
export function hostEnvironment() {
  const page = globalThis.document;
  return {
    now: () => globalThis.performance.now(),
    setTimeout: (callback, ms) => globalThis.setTimeout(callback, Math.min(ms, longestTimerMs)),
    clearTimeout: (timer) => globalThis.clearTimeout(timer),
    visible: () => page === undefined || page.visibilityState !== 'hidden',
    onWake(callback) {
      page?.addEventListener('visibilitychange', () => {
        if (page.visibilityState !== 'hidden') callback();
      });
      globalThis.window?.addEventListener('online', callback);
    },
    onHide(callback) {
      page?.addEventListener('visibilitychange', () => {
        if (page.visibilityState === 'hidden') callback();
      });
      globalThis.window?.addEventListener('pagehide', callback);
    },
  };
}
