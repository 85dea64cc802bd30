import en from './i18n/en.js';
import es from './i18n/es.js';
import ja from './i18n/ja.js';
import ko from './i18n/ko.js';
import { kept } from './kept.js';

/** The languages of the page, by their code, with their own names. */
export const languages = Object.freeze({ ko: '한국어', ja: '日本語', en: 'English', es: 'Español' });

const texts = { en, es, ja, ko };
const listeners = new Set();
let current = 'en';
let plurals = new Intl.PluralRules(current);
let numbers = new Intl.NumberFormat(current);

/** @returns {string} code of the language in use */
export function language() {
  return current;
}

/** Takes the language that was chosen before, else the first of the browser's that we speak. */
export function startLanguage() {
  const wanted = [kept.get('language'), ...(navigator.languages ?? [navigator.language])];
  const found = wanted.map((tag) => tag?.toLowerCase().split('-')[0]).find((code) => code in languages);
  apply(found ?? 'en');
}

/** Switches the page to another language and remembers it. */
export function chooseLanguage(code) {
  if (!(code in languages)) return;
  kept.set('language', code);
  apply(code);
}

/** Calls back after every switch. */
export function onLanguage(listener) {
  listeners.add(listener);
}

/**
 * The text for a key.
 * @param {string} key
 * @param {{n?: number, [name: string]: string|number}} [values] `n` chooses the plural form
 * @returns {string}
 */
export function t(key, values = {}) {
  let text = texts[current][key] ?? en[key] ?? key;
  if (typeof text === 'object') text = text[plurals.select(values.n ?? 0)] ?? text.other;
  return text.replace(/\{(\w+)\}/g, (whole, name) => {
    const value = values[name];
    if (value === undefined) return whole;
    return typeof value === 'number' ? numbers.format(value) : value;
  });
}

/** Writes the texts of all elements below `root` that name one in `data-t`, `data-t-label` or `data-t-hint`. */
export function translate(root) {
  for (const element of root.querySelectorAll('[data-t]')) element.textContent = t(element.dataset.t);
  for (const element of root.querySelectorAll('[data-t-label]')) {
    element.setAttribute('aria-label', t(element.dataset.tLabel));
    if (element.matches('button')) element.title = t(element.dataset.tLabel);
  }
  for (const element of root.querySelectorAll('[data-t-hint]')) element.placeholder = t(element.dataset.tHint);
}

function apply(code) {
  current = code;
  plurals = new Intl.PluralRules(code);
  numbers = new Intl.NumberFormat(code);
  document.documentElement.lang = code;
  translate(document);
  for (const listener of listeners) listener();
}
