/**
 * Makes an element. Text is always text: there is no way from here to HTML.
 * @param {string} tag `name.class.class`
 * @param {object} [attributes] functions are listeners (`onclick`), false and undefined are left out
 * @param {...(Node|string|undefined)} children strings become text nodes
 */
export function h(tag, attributes = {}, ...children) {
  const [name, ...classes] = tag.split('.');
  const element = document.createElement(name);
  if (classes.length > 0) element.className = classes.join(' ');
  for (const [key, value] of Object.entries(attributes)) {
    if (typeof value === 'function') element.addEventListener(key.slice(2), value);
    else if (value !== undefined && value !== false) element.setAttribute(key, value === true ? '' : String(value));
  }
  for (const child of children) if (child !== undefined) element.append(child);
  return element;
}

const svg = 'http://www.w3.org/2000/svg';

/** An icon of the sprite in index.html; it says nothing to a screen reader. */
export function icon(name) {
  const element = document.createElementNS(svg, 'svg');
  element.setAttribute('class', 'icon');
  element.setAttribute('aria-hidden', 'true');
  const use = document.createElementNS(svg, 'use');
  use.setAttribute('href', `#i-${name}`);
  element.append(use);
  return element;
}

/** @returns {HTMLElement} the element with this id, which index.html is sure to have */
export function byId(id) {
  return document.getElementById(id);
}

/** Runs `draw` once in the next frame, however often it is asked for; hidden pages draw by a timer. */
export function oncePerFrame(draw) {
  let asked = false;
  const run = () => {
    if (!asked) return;
    asked = false;
    draw();
  };
  return () => {
    if (asked) return;
    asked = true;
    if (document.visibilityState === 'hidden') setTimeout(run, 200);
    else requestAnimationFrame(run);
  };
}
