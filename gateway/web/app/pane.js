import { Announcer } from './announcer.js';
import { Composer } from './composer.js';
import { byId, oncePerFrame } from './dom.js';
import { dayOf } from './format.js';
import { t } from './i18n.js';
import { layout } from './layout.js';
import { carryOut, choices } from './menu.js';
import { MessageList } from './messages.js';
import { People } from './people.js';
import { Scroller } from './scroller.js';

const olderRestMs = 2_000;
const refusals = { room_full: 'room_full', room_not_found: 'room_not_found', forbidden: 'room_forbidden' };

/** The open room: its messages, its people, the field to write in. Shows one room at a time. */
export class RoomPane {
  #client;
  #room;
  #stops = [];
  #newFrom;
  #toLine = false;
  #begun = false;
  #loading = false;
  #restUntil = 0;
  #list = new MessageList(byId('messages'), {
    retry: (entry) => this.#room.retry(entry),
    discard: (entry) => this.#room.discard(entry),
    older: () => this.#older(),
    roomName: () => this.#room.name,
    choices: (message) => choices(message, this.#client()?.session),
    chosen: (choice, message) => this.#moderate(choice, message),
  });
  #scroller = new Scroller(byId('scroll'), byId('messages'), {
    follows: () => this.#room?.following ?? true,
    nearTop: () => performance.now() > this.#restUntil && this.#older(),
    nearEnd: () => this.#newer(),
    moved: () => this.#moved(),
  });
  #people = new People();
  #announcer = new Announcer();
  #draw = oncePerFrame(() => this.#drawNow());
  #drawPeople = oncePerFrame(() => this.#people.draw(this.#room, this.#self));

  /**
   * @param {object} options
   * @param {() => import('../client/lightstick.js').Lightstick|undefined} options.client
   * @param {() => void} options.leave the room was left
   * @param {() => void} options.escape Escape was pressed, and nothing was open here
   */
  constructor({ client, leave, escape }) {
    this.#client = client;
    this.composer = new Composer({
      bytesMax: () => client()?.textBytesMax ?? Infinity,
      sent: () => this.#sent(),
      escape: () => this.#people.close() || escape(),
    });
    byId('scroll').addEventListener('keydown', (event) => {
      if (event.key === 'Escape') this.composer.focus();
    });
    byId('jump').addEventListener('click', () => this.#jump());
    byId('notice-retry').addEventListener('click', () => this.#room?.rejoin());
    byId('leave').addEventListener('click', () => {
      this.#room?.leave();
      leave();
    });
    document.addEventListener('visibilitychange', () => this.#seen());
  }

  /** @returns {import('../client/room.js').Room|undefined} */
  get room() {
    return this.#room;
  }

  /** Shows a room, or nothing. */
  show(room) {
    if (room === this.#room) return;
    for (const stop of this.#stops) stop();
    this.#room?.hold(false);
    this.#room?.toNewest().catch(() => {});
    this.#room = room;
    this.#stops = room ? this.#listen(room) : [];
    this.#newFrom = undefined;
    this.#begun = false;
    this.#loading = false;
    this.#list.clear();
    this.#announcer.clear();
    this.#people.close();
    this.composer.setRoom(room);
    byId('room').classList.toggle('empty', !room);
    document.querySelector('.people').classList.toggle('empty', !room);
    if (!room) return this.#people.draw(undefined, this.#self);
    room.watchMembers();
    this.#scroller.toEnd();
    this.#drawNow();
    this.#drawPeople();
  }

  /** Draws everything anew: another language, another connection state. */
  redraw({ texts = false } = {}) {
    if (texts) {
      this.#list.clear();
      this.composer.translate();
      this.#drawPeople();
    }
    this.#draw();
  }

  /** Another person may come: nothing of this one is left. */
  forget() {
    this.show(undefined);
    this.composer.forget();
  }

  get #self() {
    return this.#client()?.session?.user;
  }

  #listen(room) {
    return [
      room.on('change', () => this.#draw()),
      room.on('members', () => {
        this.#drawPeople();
        this.#draw();
      }),
      room.on('message', (message) => this.#heard(message)),
      room.on('resume', (event) => this.#resumed(event)),
    ];
  }

  #heard(message) {
    // What was there on opening is read by eye; only what comes is told.
    if (!this.#begun || message.off <= this.#room.read || message.user === this.#self) return;
    if (document.visibilityState === 'hidden') this.#newFrom ??= message.off;
    this.#announcer.add(message);
  }

  #resumed({ recovered, from, head }) {
    if (recovered && head > from) this.#lineBefore(from + 1);
    if (!recovered) this.#tellNotice(t('history_replaced'), false);
  }

  /** In a room that was read before, a line parts what is new. */
  #begin({ read, unread }) {
    this.#begun = true;
    if (read > 0 && unread > 0) this.#lineBefore(read + 1);
  }

  #lineBefore(off) {
    this.#newFrom = off;
    this.#toLine = true;
  }

  #drawNow() {
    const room = this.#room;
    if (!room) return;
    if (!this.#begun && room.status === 'joined') this.#begin(room);
    byId('room-name').textContent = room.name;
    byId('room-people').textContent = room.status === 'joined' ? t('people', { n: this.#count(room) }) : '';
    this.composer.setOpen(room.status !== 'refused');
    if (room.status === 'refused') this.#tellNotice(t(refusals[room.error.reason] ?? 'room_refused'), true);
    else if (!byId('notice-retry').hidden) byId('notice').hidden = true;

    const items = layout(room, {
      self: this.#self,
      newFrom: this.#lineAt(room),
      loading: this.#loading,
      live: room.status === 'joined',
      dayOf,
    });
    const toLine = this.#toLine;
    this.#toLine = false;
    this.#scroller.keep(
      () => this.#list.draw(items),
      () => (toLine ? this.#list.elementOf('new') : undefined),
    );
  }

  /** People where their list is known, else sessions: one person may have two devices here. */
  #count({ members, membersPartial, state }) {
    return members.length > 0 && !membersPartial ? members.length : state.occupancy ?? 0;
  }

  /** Our own messages after a break are nothing new: the line stands before the first of another. */
  #lineAt({ messages }) {
    if (this.#newFrom === undefined) return undefined;
    return messages.find(({ off, user }) => off >= this.#newFrom && user !== this.#self)?.off;
  }

  async #older() {
    const room = this.#room;
    if (!room || this.#loading || !room.moreBefore || room.status !== 'joined') return;
    this.#loading = true;
    this.#draw();
    try {
      await room.loadOlder();
    } catch {
      // The button to load them stays; scrolling asks again a little later.
      this.#restUntil = performance.now() + olderRestMs;
    }
    this.#loading = false;
    // At once: a scroll event that sees the old rows would ask for the next page already.
    if (room === this.#room) this.#drawNow();
  }

  #newer() {
    if (this.#room && !this.#room.following) this.#room.loadNewer().catch(() => {});
  }

  #moved() {
    const room = this.#room;
    if (!room) return;
    const { atEnd } = this.#scroller;
    room.hold(!atEnd);
    this.#seen();
    byId('jump').hidden = atEnd;
    byId('jump-text').textContent = room.unread > 0 ? t('new_count', { n: room.unread }) : t('jump');
  }

  #seen() {
    if (!this.#room || document.visibilityState === 'hidden' || byId('room').offsetParent === null) return;
    const off = this.#scroller.lastSeen();
    if (off !== undefined) this.#room.markRead(off);
  }

  async #jump() {
    const room = this.#room;
    byId('jump').hidden = true;
    room.hold(false);
    await room.toNewest().catch(() => {});
    if (room !== this.#room) return;
    this.#drawNow();
    this.#scroller.toEnd();
    this.composer.focus();
  }

  async #moderate(choice, message) {
    const room = this.#room;
    try {
      await carryOut(choice, room, message);
      if (room === this.#room) this.#tellNotice(t(`done_${choice}`, { name: message.name ?? message.user }), false);
    } catch (error) {
      if (room === this.#room) this.#tellNotice(t(error.reason === 'forbidden' ? 'not_allowed' : 'not_done'), false);
    }
  }

  #sent() {
    this.#newFrom = undefined;
    if (!this.#room.following) return void this.#jump();
    this.#drawNow();
    this.#scroller.toEnd();
  }

  #tellNotice(text, canRetry) {
    byId('notice').hidden = false;
    byId('notice-text').textContent = text;
    byId('notice-retry').hidden = !canRetry;
  }
}
