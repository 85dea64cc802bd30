import { byId, h } from './dom.js';
import { t } from './i18n.js';
import { personLight, roleBadge } from './messages.js';

const shownMax = 200;
const rank = { artist: 0, admin: 1, moderator: 2 };

/** Who is here: beside the room, or in a drawer where there is no space beside it. */
export class People {
  #drawer = byId('people');
  #opener = byId('show-people');

  constructor() {
    this.#opener.addEventListener('click', () => this.#set(true));
    byId('hide-people').addEventListener('click', () => this.#set(false));
    this.#drawer.addEventListener('keydown', (event) => {
      if (event.key === 'Escape') this.close();
    });
    document.addEventListener('pointerdown', (event) => {
      if (this.isOpen && !this.#drawer.contains(event.target)) this.#set(false, false);
    });
  }

  /** Whether the drawer is open. */
  get isOpen() {
    return this.#drawer.classList.contains('open');
  }

  /** @returns {boolean} whether there was something to close */
  close() {
    if (!this.isOpen) return false;
    this.#set(false);
    return true;
  }

  /**
   * @param {import('../client/room.js').Room|undefined} room
   * @param {string} self own user
   */
  draw(room, self) {
    const members = [...(room?.members ?? [])].sort((a, b) => (rank[a.role] ?? 3) - (rank[b.role] ?? 3));
    const shown = members.slice(0, shownMax);
    byId('people-list').replaceChildren(...shown.map((member) => item(member, member.user === self)));
    const count = Math.max(members.length, room?.membersPartial ? room.state.occupancy ?? 0 : 0);
    byId('people-count').textContent = count > 0 ? t('people', { n: count }) : '';
    const more = byId('people-more');
    more.hidden = count <= shown.length;
    more.textContent = t('here_more', { n: count - shown.length });
  }

  #set(open, moveFocus = true) {
    this.#drawer.classList.toggle('open', open);
    this.#opener.setAttribute('aria-expanded', String(open));
    if (moveFocus) (open ? byId('hide-people') : this.#opener).focus();
  }
}

function item({ user, name, role }, isSelf) {
  const label = h('span', {}, h('bdi', {}, name ?? user), isSelf ? h('small', {}, ` (${t('you')})`) : undefined);
  return h('li', { 'data-user': user }, personLight(user, name ?? user), label, roleBadge(role));
}
