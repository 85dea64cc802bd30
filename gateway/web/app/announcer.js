import { byId } from './dom.js';
import { t } from './i18n.js';

const everyMs = 2_000;

/** Tells a screen reader what others say in the open room, no faster than it can be listened to. */
export class Announcer {
  #element = byId('announcer');
  #waiting = [];
  #timer;

  /** @param {{name?: string, user: string, text?: string}} message */
  add(message) {
    this.#waiting.push(message);
    if (this.#waiting.length > 100) this.#waiting.shift();
    this.#timer ??= setTimeout(() => this.#say(), this.#waiting.length > 1 ? everyMs : 100);
  }

  /** The room is another one: what waited is of no interest. */
  clear() {
    this.#waiting = [];
  }

  #say() {
    this.#timer = undefined;
    const messages = this.#waiting.splice(0);
    if (messages.length === 0) return;
    const [only] = messages;
    this.#element.textContent =
      messages.length === 1 ? `${only.name ?? only.user}: ${only.text ?? ''}` : t('new_count', { n: messages.length });
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      if (this.#waiting.length > 0) this.#say();
    }, everyMs);
  }
}
