import { h, icon } from './dom.js';
import { clock, dayName, hueOf, initial, moment } from './format.js';
import { t } from './i18n.js';
import { messageMenu } from './menu.js';

const roleIcons = { artist: 'star', moderator: 'shield', admin: 'shield' };

/** The badge of an artist, a moderator or the staff; nothing for a fan. */
export function roleBadge(role) {
  if (!(role in roleIcons)) return undefined;
  return h(`span.role.${role}`, {}, icon(roleIcons[role]), t(`role_${role}`));
}

/** A person's light: the first letter of the name on the person's own colour. */
export function personLight(user, name) {
  return h(`span.light.hue-${hueOf(user)}`, { 'aria-hidden': 'true' }, initial(name));
}

/**
 * Draws the items of `layout` as the children of a list. Elements stay the same while their item
 * does, so that focus, selection and scroll position survive.
 */
export class MessageList {
  #list;
  #actions;
  #drawn = new Map();

  /**
   * @param {HTMLElement} list
   * @param {{retry: (entry) => void, discard: (entry) => void, older: () => void, roomName: () => string,
   *   choices: (message) => string[], chosen: (choice: string, message) => void}} actions
   */
  constructor(list, actions) {
    this.#list = list;
    this.#actions = actions;
  }

  /** Forgets everything: another room, another language. */
  clear() {
    this.#drawn.clear();
    this.#list.replaceChildren();
  }

  /** @param {ReturnType<import('./layout.js').layout>} items */
  draw(items) {
    const wanted = new Set(items.map(({ key }) => key));
    for (const [key, { element }] of this.#drawn) if (!wanted.has(key)) element.remove();
    const drawn = new Map();
    let place = this.#list.firstChild;
    for (const item of items) {
      const known = this.#drawn.get(item.key);
      let element = known?.element;
      if (known?.mark !== item.mark) {
        element = this.#make(item);
        if (known?.element === place) place = place.nextSibling;
        known?.element.remove();
      }
      if (element === place) place = place.nextSibling;
      else this.#list.insertBefore(element, place);
      drawn.set(item.key, { element, mark: item.mark });
    }
    this.#drawn = drawn;
  }

  /** @returns {HTMLElement|undefined} what is drawn for the item with this key */
  elementOf(key) {
    return this.#drawn.get(key)?.element;
  }

  #make(item) {
    const element = this.#kinds[item.kind](item);
    element.dataset.key = item.key;
    return element;
  }

  #kinds = {
    older: ({ loading }) => {
      if (loading) return h('li.line', {}, t('loading'));
      return h('li.line', {}, h('button.quiet', { type: 'button', onclick: () => this.#actions.older() }, t('load_older')));
    },
    start: ({ nothing }) => h('li.line', {}, nothing ? t('nothing_yet') : t('beginning', { room: this.#actions.roomName() })),
    day: ({ day }) => h('li.line.day', {}, dayName(day)),
    new: () => h('li.line.new', {}, t('new_messages')),
    message: (item) => this.#message(item),
    outgoing: (item) => this.#outgoing(item),
  };

  #message({ message, own, first, last }) {
    const { off, ts, user, name, role, text, gone } = message;
    const element = h('li.said', { 'data-off': off });
    toggle(element, { own, first, last, gone, artist: role === 'artist' });
    if (!own && first && !gone) {
      element.classList.add(`hue-${hueOf(user)}`);
      element.append(personLight(user, name), h('p.who', {}, h('bdi', {}, name ?? user), roleBadge(role)));
    } else {
      element.append(h('bdi.unseen', {}, own ? t('you') : name ?? user ?? ''));
    }
    const bubble = h('p.bubble', { dir: 'auto' }, gone ? t('withdrawn') : text ?? '');
    element.append(h('div.row', {}, bubble, last && !gone ? timeMark(ts, own) : undefined));
    const choices = this.#actions.choices(message);
    if (choices.length > 0) {
      element.querySelector('.row').append(messageMenu(choices, (choice) => this.#actions.chosen(choice, message)));
    }
    return element;
  }

  #outgoing({ entry, first, last, live }) {
    const { state, reason, text, cid, off } = entry;
    const element = h('li.said.own', { 'data-cid': cid, 'data-off': off, 'data-state': state });
    toggle(element, { first, last, [state]: true });
    const row = h('div.row', {}, h('p.bubble', { dir: 'auto' }, text));
    element.append(h('span.unseen', {}, t('you')), row);
    if (state === 'confirmed') row.append(timeMark(entry.ts, true));
    else if (state === 'pending') row.append(h('span.mark', {}, icon('clock'), t(waitText(live, reason))));
    else row.append(h('span.mark', {}, icon('alert'), `${t('failed')} – ${t(whyText(reason))}`), this.#failedActions(entry));
    return element;
  }

  #failedActions(entry) {
    const { retry, discard } = this.#actions;
    return h(
      'div.actions',
      {},
      h('button.quiet', { type: 'button', onclick: () => retry(entry) }, t('retry')),
      h('button.quiet', { type: 'button', onclick: () => discard(entry) }, t('discard')),
    );
  }
}

const knownReasons = new Set(['muted', 'slow_mode', 'filtered', 'forbidden', 'unknown_outcome', 'closed']);

function whyText(reason) {
  if (reason === 'too_long') return 'too_long';
  return knownReasons.has(reason) ? `why_${reason}` : 'why_refused';
}

function waitText(live, reason) {
  if (!live) return 'waiting';
  return reason === 'rate_limited' ? 'slowed' : 'pending';
}

function timeMark(ts, own) {
  const time = h('time', { datetime: new Date(ts).toISOString(), title: moment(ts) }, clock(ts));
  if (!own) return time;
  return h('span.mark', { title: t('confirmed') }, time, icon('check'), h('span.unseen', {}, t('confirmed')));
}

function toggle(element, classes) {
  for (const [name, on] of Object.entries(classes)) if (on) element.classList.add(name);
}
