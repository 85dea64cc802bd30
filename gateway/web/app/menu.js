import { h, icon } from './dom.js';
import { t } from './i18n.js';

const muteMs = 10 * 60_000;
const ranks = { moderator: 1, admin: 2 };

/**
 * What may be done about a message: a pure function, so that it can be tested without a page.
 * @param {{user?: string, role?: string, gone?: boolean}} message
 * @param {{user: string, role?: string}|undefined} self
 * @returns {('delete'|'mute'|'ban')[]} nothing for who is no moderator
 */
export function choices(message, self) {
  const rank = ranks[self?.role] ?? 0;
  if (rank === 0 || message.gone) return [];
  const equal = message.user === self.user || (ranks[message.role] ?? 0) >= rank;
  return equal ? ['delete'] : ['delete', 'mute', 'ban'];
}

/** Carries a choice out. Rejects as the server does. */
export function carryOut(choice, room, { off, user }) {
  if (choice === 'delete') return room.moderate('delete', { off });
  if (choice === 'mute') return room.moderate('mute', { user, for_ms: muteMs });
  return room.moderate('ban', { user });
}

/**
 * The button beside a message and its menu: Enter or a click opens it, the arrows go through it, Escape closes it.
 * @param {string[]} names of the choices
 * @param {(choice: string) => void} chosen
 */
export function messageMenu(names, chosen) {
  const button = h('button.more', { type: 'button', 'aria-haspopup': 'menu', 'aria-expanded': 'false', 'aria-label': t('more') });
  button.append(icon('more'));
  const holder = h('span.menu-holder', {}, button);
  let list;
  const close = (moveFocus) => {
    if (!list) return;
    list.remove();
    list = undefined;
    document.removeEventListener('pointerdown', outside);
    button.setAttribute('aria-expanded', 'false');
    if (moveFocus) button.focus();
  };
  const outside = (event) => !holder.contains(event.target) && close(false);
  const item = (name) =>
    h('button.quiet', { type: 'button', role: 'menuitem', 'data-choice': name, onclick: () => choose(name) }, t(`menu_${name}`));
  const choose = (name) => {
    close(true);
    chosen(name);
  };
  button.addEventListener('click', () => {
    if (list) return close(true);
    list = h('div.menu', { role: 'menu', 'aria-label': t('more') }, ...names.map(item));
    holder.append(list);
    button.setAttribute('aria-expanded', 'true');
    document.addEventListener('pointerdown', outside);
    list.firstChild.focus();
  });
  holder.addEventListener('keydown', (event) => {
    if (!list) return;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (event.key === 'Escape') {
      event.stopPropagation();
      close(true);
    } else if (step) {
      event.preventDefault();
      const items = [...list.children];
      items[(items.indexOf(document.activeElement) + step + items.length) % items.length].focus();
    }
  });
  return holder;
}
