import { byId } from './dom.js';
import { isName } from './format.js';
import { t } from './i18n.js';
import { enterAsGuest } from './login.js';

/** The door: a name, and in. */
export class Welcome {
  #field = byId('name');
  #button = byId('enter');
  #problem;

  /** @param {{entered: (who: {name: string, token: string, user: string}) => void}} options */
  constructor({ entered }) {
    byId('enter-form').addEventListener('submit', (event) => {
      event.preventDefault();
      this.#enter(entered);
    });
    this.#field.addEventListener('input', () => this.#tell(undefined));
  }

  /**
   * @param {string} name to begin with
   * @param {string} [problem] key of a text that tells why one is here again
   */
  show(name, problem) {
    this.#field.value = name;
    this.#tell(problem);
    this.#field.focus();
  }

  translate() {
    this.#tell(this.#problem);
  }

  async #enter(entered) {
    const name = this.#field.value.trim();
    if (!isName(name)) {
      this.#tell('name_bad');
      return this.#field.focus();
    }
    this.#busy(true);
    try {
      const who = await enterAsGuest(name);
      entered({ name, ...who });
    } catch (error) {
      this.#tell(error.key ?? 'unreachable');
      this.#field.focus();
    } finally {
      this.#busy(false);
    }
  }

  #busy(busy) {
    this.#button.disabled = busy;
    this.#button.textContent = t(busy ? 'entering' : 'enter');
  }

  #tell(key) {
    this.#problem = key;
    byId('name-error').textContent = key === undefined ? '' : t(key);
    this.#field.setAttribute('aria-invalid', String(key === 'name_bad'));
  }
}
