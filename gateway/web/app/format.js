import { language, t } from './i18n.js';

const dayMs = 86_400_000;
const formats = new Map();

function format(kind, options) {
  const key = `${language()} ${kind}`;
  if (!formats.has(key)) formats.set(key, new Intl.DateTimeFormat(language(), options));
  return formats.get(key);
}

/** @returns {string} hours and minutes as the reader writes them */
export function clock(ts) {
  return format('clock', { hour: 'numeric', minute: '2-digit' }).format(ts);
}

/** @returns {string} the whole date and time */
export function moment(ts) {
  return format('moment', { dateStyle: 'full', timeStyle: 'short' }).format(ts);
}

/** @returns {number} a number that is the same for all times of one local day */
export function dayOf(ts) {
  const date = new Date(ts);
  return Date.UTC(date.getFullYear(), date.getMonth(), date.getDate()) / dayMs;
}

/** @returns {string} the day as a heading */
export function dayName(day, today = dayOf(Date.now())) {
  if (day === today) return t('today');
  if (day === today - 1) return t('yesterday');
  const options = { weekday: 'long', month: 'long', day: 'numeric', timeZone: 'UTC' };
  const sameYear = new Date(day * dayMs).getUTCFullYear() === new Date(today * dayMs).getUTCFullYear();
  if (sameYear) return format('day', options).format(day * dayMs);
  return format('day of year', { ...options, year: 'numeric' }).format(day * dayMs);
}

/** @returns {number} 0 to 7: everyone's own colour of light, the same for everybody who looks */
export function hueOf(user) {
  let hash = 2_166_136_261;
  for (const char of String(user)) hash = Math.imul(hash ^ char.codePointAt(0), 16_777_619);
  return (hash >>> 16) & 7;
}

/** @returns {string} what a reader sees as the first letter of a name */
export function initial(name) {
  const text = String(name).trim();
  if (typeof Intl.Segmenter !== 'function') return [...text][0] ?? '?';
  const first = new Intl.Segmenter(undefined, { granularity: 'grapheme' }).segment(text)[Symbol.iterator]().next();
  return first.value?.segment.toUpperCase() ?? '?';
}

/** @returns {string} a count for a badge that stays small */
export function badge(count) {
  return count > 99 ? '99+' : String(count);
}

const encoder = new TextEncoder();

/** @returns {number} bytes of UTF-8 */
export function bytesOf(text) {
  return encoder.encode(text).length;
}

/** @returns {boolean} whether the server would take it as a name of a room or a person */
export function isName(text) {
  return text !== '' && bytesOf(text) <= 128 && !/[\u0000-\u001f\u007f-\u009f/]/.test(text);
}
