import { byId } from './dom.js';
import { isName } from './format.js';
import { t } from './i18n.js';
import { enterAsGuest } from './login.js';

/** The door: a name, and in; or a provider that knows who one is. */
export class Welcome {
  #field = byId('name');
  #button = byId('enter');
  #login = byId('login');
  #provider;
  #problem;

  /** @param {{entered: (who: {name: string, token: string, user: string}) => void}} options */
  constructor({ entered }) {
    byId('enter-form').addEventListener('submit', (event) => {
      event.preventDefault();
      this.#enter(entered);
    });
    this.#field.addEventListener('input', () => this.#tell(undefined));
    this.#login.addEventListener('click', () => this.#leave());
  }

  /**
   * Which ways in are shown.
   * @param {{guests: boolean, provider?: import('./provider.js').Provider}} ways
   */
  offer({ guests, provider }) {
    this.#provider = provider;
    this.#login.hidden = !provider;
    byId('enter-form').hidden = !guests && provider !== undefined;
    this.translate();
  }

  /**
   * @param {string} name to begin with
   * @param {string} [problem] key of a text that tells why one is here again
   */
  show(name, problem) {
    this.#field.value = name;
    this.#tell(problem);
    this.focus();
  }

  focus() {
    (byId('enter-form').hidden ? this.#login : this.#field).focus();
  }

  translate() {
    this.#tell(this.#problem);
    if (this.#provider) this.#login.textContent = t('login_with', { name: this.#provider.name });
  }

  async #leave() {
    this.#tell(undefined);
    this.#login.disabled = true;
    try {
      await this.#provider.begin();
    } catch (error) {
      this.#tell(error.key ?? 'login_failed');
    } finally {
      this.#login.disabled = false;
    }
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
    const ofLogin = key?.startsWith('login_') || byId('enter-form').hidden;
    byId('name-error').textContent = key === undefined || ofLogin ? '' : t(key);
    byId('login-error').textContent = key === undefined || !ofLogin ? '' : t(key);
    this.#field.setAttribute('aria-invalid', String(key === 'name_bad'));
  }
}
