const nearEndPx = 48;
const fetchPx = 700;

/**
 * Keeps the reader where the reader is: at the newest message while at the bottom, else at the same
 * message although others are added above.
 */
export class Scroller {
  #box;
  #list;
  #atEnd = true;
  #told = {};

  /**
   * @param {HTMLElement} box the element that scrolls
   * @param {HTMLElement} list its rows; those with `data-off` are messages
   * @param {object} told
   * @param {() => boolean} told.follows whether the last row drawn is the newest there is
   * @param {() => void} told.nearTop
   * @param {() => void} told.nearEnd
   * @param {() => void} told.moved what can be seen is different
   */
  constructor(box, list, told) {
    this.#box = box;
    this.#list = list;
    this.#told = told;
    box.addEventListener('scroll', () => this.#scrolled(), { passive: true });
    new ResizeObserver(() => {
      if (this.#atEnd) this.toEnd();
    }).observe(box);
  }

  /** Whether the newest row is in sight. */
  get atEnd() {
    return this.#atEnd;
  }

  /**
   * Runs `draw` and puts the reader back to the same place. A reader at the bottom is taken to `line`
   * instead, if there is one and what stands below it does not fit.
   * @param {() => void} draw
   * @param {() => HTMLElement|undefined} [line]
   */
  keep(draw, line = () => undefined) {
    const anchor = this.#atEnd ? undefined : this.#topRow();
    const before = anchor?.getBoundingClientRect().top;
    const key = anchor?.dataset.key;
    draw();
    if (this.#atEnd) return this.#goTo(line());
    const after = anchor?.isConnected ? anchor : this.#rowOf(key);
    if (after) this.#box.scrollTop += after.getBoundingClientRect().top - before;
    this.#scrolled();
  }

  /** Goes to the newest row and stays there. */
  toEnd() {
    this.#atEnd = true;
    this.#box.scrollTop = this.#box.scrollHeight;
    this.#told.moved();
  }

  #goTo(line) {
    const above = line && line.getBoundingClientRect().top - this.#list.getBoundingClientRect().top;
    if (line === undefined || this.#list.scrollHeight - above < this.#box.clientHeight) return this.toEnd();
    this.#box.scrollTop = above;
    this.#scrolled();
  }

  /** @returns {number|undefined} offset of the last message of which something can be seen */
  lastSeen() {
    const bottom = this.#box.getBoundingClientRect().bottom;
    const rows = this.#list.children;
    for (let index = rows.length - 1; index >= 0; index -= 1) {
      const { off } = rows[index].dataset;
      if (off !== undefined && rows[index].getBoundingClientRect().top < bottom) return Number(off);
    }
    return undefined;
  }

  #scrolled() {
    const { scrollTop, scrollHeight, clientHeight } = this.#box;
    const below = scrollHeight - clientHeight - scrollTop;
    this.#atEnd = below < nearEndPx && this.#told.follows();
    if (scrollTop < fetchPx && !this.#atEnd) this.#told.nearTop();
    if (below < fetchPx) this.#told.nearEnd();
    this.#told.moved();
  }

  #topRow() {
    const top = this.#box.getBoundingClientRect().top;
    for (const row of this.#list.children) {
      if (row.dataset.off !== undefined && row.getBoundingClientRect().bottom > top) return row;
    }
    return undefined;
  }

  #rowOf(key) {
    return [...this.#list.children].find((row) => row.dataset.key === key);
  }
}
