import { byId, h, icon } from './dom.js';
import { badge, hueOf, isName } from './format.js';
import { t } from './i18n.js';
import { rove, settleStops } from './roving.js';

const stops = '.room-link';

/** The list of rooms: one's own with what is unread, those that are open now, and a field for others. */
export class RoomList {
  #nav = document.querySelector('.rooms');
  #mine = byId('my-rooms');
  #others = byId('other-rooms');
  #open;
  #opened = [];

  /** @param {{open: (name: string) => void}} options */
  constructor({ open }) {
    this.#open = open;
    rove(this.#nav, stops);
    const field = byId('open-name');
    byId('open-form').addEventListener('submit', (event) => {
      event.preventDefault();
      const name = field.value.trim();
      this.tell(isName(name) ? '' : t('room_bad'));
      if (!isName(name)) return field.focus();
      field.value = '';
      open(name);
    });
    field.addEventListener('keydown', (event) => {
      if (event.key === 'Escape') field.value = '';
    });
    field.addEventListener('input', () => this.tell(''));
  }

  /** Says below the field what is wrong. */
  tell(text) {
    byId('open-error').textContent = text;
    byId('open-name').setAttribute('aria-invalid', String(text !== ''));
  }

  /** @param {{room: string, members: number}[]} rooms that are open on the server */
  setOpened(rooms) {
    this.#opened = rooms;
  }

  /**
   * @param {import('../client/room.js').Room[]} mine
   * @param {import('../client/room.js').Room|undefined} current
   */
  draw(mine, current) {
    const focused = document.activeElement?.dataset?.room;
    const names = new Set(mine.map(({ name }) => name));
    this.#mine.replaceChildren(...mine.map((room) => this.#own(room, room === current)));
    const others = this.#opened.filter(({ room }) => !names.has(room));
    this.#others.replaceChildren(...others.map((each) => this.#other(each)));
    byId('no-rooms').hidden = others.length > 0;
    byId('my-rooms-title').hidden = mine.length === 0;
    if (focused !== undefined) this.#link(focused)?.focus();
    settleStops(this.#nav, stops, focused === undefined ? undefined : this.#link(focused));
  }

  /** Puts the focus on the current room, or the first. */
  focus() {
    (this.#nav.querySelector('.room-link[tabindex="0"]') ?? byId('open-name')).focus();
  }

  #link(name) {
    return [...this.#nav.querySelectorAll(stops)].find((link) => link.dataset.room === name);
  }

  #own(room, current) {
    const { unread } = room;
    const sign = unread > 0 ? h('span.unread', { 'aria-hidden': 'true' }, badge(unread)) : undefined;
    const heard = unread > 0 ? h('span.unseen', {}, t('unread', { n: unread })) : undefined;
    return this.#item(room.name, lastWords(room), current, sign, heard);
  }

  #other({ room, members }) {
    const sign = h('span.members', { 'aria-hidden': 'true' }, icon('people'), String(members ?? 0));
    return this.#item(room, undefined, false, sign, h('span.unseen', {}, t('people', { n: members ?? 0 })));
  }

  #item(name, words, current, ...signs) {
    const link = h(
      'button.room-link',
      { type: 'button', 'data-room': name, 'aria-current': current ? 'true' : undefined, tabindex: -1, onclick: () => this.#open(name) },
      h(`span.glyph.hue-${hueOf(name)}`, { 'aria-hidden': 'true' }, icon('stick')),
      h('span', {}, h('b', { dir: 'auto' }, name), words && h('small', { dir: 'auto' }, words)),
      ...signs,
    );
    return h('li', {}, link);
  }
}

function lastWords(room) {
  const last = room.messages.at(-1);
  if (!last) return undefined;
  return last.gone ? t('withdrawn') : `${last.name ?? last.user}: ${last.text ?? ''}`;
}
