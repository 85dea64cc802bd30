import { byId, h, oncePerFrame } from '../app/dom.js';
import { errors, explainClose } from './codes.js';

const signs = { out: '↑', in: '↓', note: '•' };
const words = { out: 'sent', in: 'received', note: 'note' };

/** Draws a {@link import('./record.js').Record}: at most once a frame, and not while it is paused. */
export class FrameList {
  #record;
  #rows = new Map();
  #ops = new Set();
  #paused = false;
  #pausedAfter = 0;
  #last = 0;
  #draw = oncePerFrame(() => this.#bringInLine());

  constructor(record) {
    this.#record = record;
    byId('pause').addEventListener('click', () => this.#pause(!this.#paused));
    byId('clear').addEventListener('click', () => {
      this.#record.clear();
      this.#bringInLine(true);
    });
    byId('filter').addEventListener('change', () => this.#bringInLine(true));
    byId('show-tokens').addEventListener('change', () => this.#anew());
    byId('unfold').addEventListener('change', ({ target }) => {
      for (const row of this.#rows.values()) if (row.firstChild.matches('details')) row.firstChild.open = target.checked;
    });
    this.#bringInLine();
  }

  /** The record has an entry more. */
  added({ seq, op }) {
    this.#last = seq;
    if (!this.#ops.has(op)) {
      this.#ops.add(op);
      const all = [...this.#ops].sort();
      const before = all[all.indexOf(op) + 1];
      const filter = byId('filter');
      filter.insertBefore(h('option', { value: op }, op), [...filter.options].find(({ value }) => value === before) ?? null);
    }
    this.#draw();
  }

  #pause(paused) {
    this.#paused = paused;
    this.#pausedAfter = this.#last;
    byId('pause').textContent = paused ? 'Go on' : 'Pause';
    byId('pause').setAttribute('aria-pressed', String(paused));
    this.#bringInLine();
  }

  #anew() {
    for (const row of this.#rows.values()) row.remove();
    this.#rows.clear();
    this.#bringInLine(true);
  }

  #bringInLine(evenPaused = false) {
    this.#count();
    if (this.#paused && !evenPaused) return;
    const scroll = byId('scroll');
    const following = scroll.scrollHeight - scroll.scrollTop - scroll.clientHeight < 60;
    const op = byId('filter').value;
    const wanted = this.#record.entries.filter((each) => (op === '' || each.op === op) && !(this.#paused && each.seq > this.#pausedAfter));
    const kept = new Set(wanted.map(({ seq }) => seq));
    for (const [seq, row] of this.#rows) {
      if (kept.has(seq)) continue;
      row.remove();
      this.#rows.delete(seq);
    }
    const list = byId('entries');
    let at = list.firstChild;
    for (const entry of wanted) {
      const there = this.#rows.get(entry.seq);
      if (there !== undefined) {
        at = there.nextSibling;
        continue;
      }
      const row = this.#row(entry);
      this.#rows.set(entry.seq, row);
      list.insertBefore(row, at);
    }
    byId('nothing').hidden = this.#record.entries.length > 0;
    if (following) scroll.scrollTop = scroll.scrollHeight;
  }

  #count() {
    const { entries, gone, max } = this.#record;
    const parts = [`${entries.length} of at most ${max}`];
    if (gone > 0) parts.push(`${gone} older ones are gone`);
    const waiting = this.#paused ? entries.filter(({ seq }) => seq > this.#pausedAfter).length : 0;
    if (this.#paused) parts.push(`paused, ${waiting} new`);
    byId('count').textContent = parts.join(' · ');
  }

  #row(entry) {
    const { way, op, answer, size, code } = entry;
    const bad = way === 'note' ? op === 'closed' && code !== 1000 : code !== undefined;
    const head = [
      h('time', {}, new Date(entry.at).toISOString().slice(11, 23)),
      h('span.way', { 'aria-hidden': 'true' }, signs[way]),
      h('span.unseen', {}, words[way]),
      h('b', {}, answer ? `${op} · ${code === undefined ? 'ok' : 'err'}` : op),
      code === undefined ? undefined : h('span.code', {}, String(code)),
      h('span.size', {}, size === undefined ? '' : `${size.toLocaleString('en')} B`),
    ];
    const means = meaning(entry);
    if (way === 'note') return h(`li.entry.note${bad ? '.bad' : ''}`, { 'data-op': op }, h('div.head', {}, ...head), h('p.means', {}, entry.text));
    const text = byId('show-tokens').checked ? (entry.clear ?? entry.text) : entry.text;
    const body = [h('summary.head', {}, ...head), means && h('p.means', {}, means), h('pre', {}, text)];
    return h(`li.entry.${way}${bad ? '.bad' : ''}`, { 'data-op': op }, h('details', { open: byId('unfold').checked }, ...body.filter(Boolean)));
  }
}

function meaning({ way, code }) {
  if (way !== 'in' || code === undefined) return undefined;
  return errors[code] ?? 'A code that this page does not know.';
}

/** @returns {string} the sentence about a close, with the server's reason when it gave one */
export function closeSentence({ code, reason }) {
  return `Closed with ${code}${reason === '' ? '' : ` “${reason}”`}: ${explainClose(code)}`;
}
