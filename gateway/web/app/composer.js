import { byId } from './dom.js';
import { bytesOf } from './format.js';
import { t } from './i18n.js';

/** The field one writes in. Enter sends, Shift+Enter starts a line; drafts are kept for each room. */
export class Composer {
  #field = byId('message');
  #note = byId('composer-note');
  #drafts = new Map();
  #room;
  #bytesMax;
  #sent;

  /**
   * @param {object} options
   * @param {() => number} options.bytesMax
   * @param {(entry: object) => void} options.sent called after a message is on its way
   * @param {() => void} options.escape Escape was pressed
   */
  constructor({ bytesMax, sent, escape }) {
    this.#bytesMax = bytesMax;
    this.#sent = sent;
    byId('composer').addEventListener('submit', (event) => {
      event.preventDefault();
      this.#send();
    });
    this.#field.addEventListener('keydown', (event) => {
      // While a Korean or Japanese syllable is being composed, Enter belongs to the input method.
      if (event.isComposing || event.keyCode === 229) return;
      if (event.key === 'Enter' && !event.shiftKey) {
        event.preventDefault();
        this.#send();
      } else if (event.key === 'Escape') {
        escape();
      }
    });
    this.#field.addEventListener('input', () => this.#changed());
  }

  /** Goes over to another room, with its draft. */
  setRoom(room) {
    if (this.#room) this.#drafts.set(this.#room.name, this.#field.value);
    this.#room = room;
    this.#field.value = (room && this.#drafts.get(room.name)) ?? '';
    this.translate();
    this.#changed();
  }

  /** Forgets all drafts. */
  forget() {
    this.#drafts.clear();
  }

  translate() {
    this.#field.placeholder = this.#room ? t('message_hint', { room: this.#room.name }) : '';
    this.#changed();
  }

  /** Whether one may write here. */
  setOpen(open) {
    this.#field.disabled = !open;
    byId('send').disabled = !open;
  }

  focus() {
    this.#field.focus();
  }

  #send() {
    const text = this.#field.value.trim();
    if (!this.#room || text === '') return;
    const entry = this.#room.publish(text);
    if (entry.state === 'failed') {
      this.#tell(t(entry.reason === 'too_long' ? 'too_long' : 'queue_full'), true);
      return;
    }
    this.#field.value = '';
    this.#changed();
    this.#field.focus();
    this.#sent(entry);
  }

  #changed() {
    const left = this.#bytesMax() - bytesOf(this.#field.value.trim());
    if (left < 0) this.#tell(t('too_long'), true);
    else if (left < 200) this.#tell(t('bytes_left', { n: left }), false);
    else this.#tell('', false);
    this.#grow();
  }

  #tell(text, bad) {
    this.#note.textContent = text;
    this.#note.classList.toggle('bad', bad);
    this.#field.setAttribute('aria-invalid', String(bad));
  }

  #grow() {
    if (CSS.supports('field-sizing: content')) return;
    this.#field.style.height = 'auto';
    this.#field.style.height = `${this.#field.scrollHeight + 2}px`;
  }
}
