import { byId } from './dom.js';
import { t } from './i18n.js';

/** The sign of the connection's state: a light, a word, and a button while it waits. */
export class StatusSign {
  #sign = byId('status');
  #button = byId('try-now');
  #change = { state: 'idle' };
  #until = 0;
  #timer;

  /** @param {{tryNow: () => void}} options */
  constructor({ tryNow }) {
    this.#button.addEventListener('click', tryNow);
  }

  /** @param {import('../client/connection.js').StateChange} change */
  show(change) {
    this.#change = change;
    this.#until = performance.now() + (change.retryInMs ?? 0);
    clearInterval(this.#timer);
    if (change.state === 'waiting') this.#timer = setInterval(() => this.draw(), 1_000);
    this.draw();
  }

  draw() {
    const { state } = this.#change;
    this.#sign.hidden = state === 'idle';
    this.#sign.dataset.state = state;
    this.#button.hidden = state !== 'waiting' && state !== 'closed';
    const seconds = Math.max(1, Math.ceil((this.#until - performance.now()) / 1_000));
    const text = t(textOf[state], { n: seconds });
    // The seconds that run down are for the eye: a screen reader hears of the state once.
    const words = byId('status-text');
    if (words.textContent !== text) words.textContent = text;
    this.#sign.setAttribute('aria-live', state === 'waiting' && this.#counting() ? 'off' : 'polite');
  }

  #counting() {
    return this.#until - performance.now() < (this.#change.retryInMs ?? 0) - 500;
  }
}

const textOf = {
  idle: 'state_connecting',
  connecting: 'state_connecting',
  authenticating: 'state_connecting',
  live: 'state_live',
  waiting: 'state_waiting',
  closed: 'state_closed',
};
