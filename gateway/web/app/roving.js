/**
 * Makes the buttons of a group one stop of the Tab key: the arrows, Home and End move between them.
 * Call it once; it looks the buttons up anew each time.
 *
 * @param {HTMLElement} root
 * @param {string} selector
 */
export function rove(root, selector) {
  root.addEventListener('keydown', (event) => {
    const all = [...root.querySelectorAll(selector)];
    const at = all.indexOf(event.target);
    if (at < 0) return;
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: all.length - 1 }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    all[Math.max(0, Math.min(all.length - 1, to))].focus();
  });
  root.addEventListener('focusin', (event) => {
    if (event.target.matches?.(selector)) settleStops(root, selector, event.target);
  });
}

/** Leaves one stop in the group: `wanted`, or the one that has it, or the first. */
export function settleStops(root, selector, wanted) {
  const all = [...root.querySelectorAll(selector)];
  const stop = wanted ?? all.find((each) => each.getAttribute('aria-current') === 'true') ?? all[0];
  for (const each of all) each.tabIndex = each === stop ? 0 : -1;
}
