import { LoginFailed } from './login.js';

const key = 'lightstick.login';
const freshMs = 600_000;
const skewS = 60;

/**
 * Log-in with an OpenID Connect provider: authorization code (OpenID Connect Core 3.1) with PKCE (RFC 7636), by the
 * page alone, as a public client. What is under way is kept for this tab only. The node checks the ID token's signature
 * when it is shown to it; here the claims are compared with what was asked for.
 */
export class Provider {
  #known;
  #env;

  /**
   * @param {{issuer: string, client_id: string, scope: string}} known as the node tells
   * @param {object} [env] the browser's parts that are used
   */
  constructor(known, env = browser()) {
    this.#known = known;
    this.#env = env;
  }

  /** @returns {string} what people call it: its host */
  get name() {
    return new URL(this.#known.issuer).host;
  }

  /** @returns {boolean} the page was opened by a provider that sends somebody back */
  static isReturn(search = location.search) {
    const answer = new URLSearchParams(search);
    return answer.has('state') && (answer.has('code') || answer.has('error'));
  }

  /** Leaves the page for the provider's. @returns {Promise<void>} rejects with {@link LoginFailed} */
  async begin() {
    const { location, storage, now } = this.#env;
    const { authorization_endpoint: door } = await this.#discover();
    const [state, nonce, verifier] = [this.#secret(), this.#secret(), this.#secret()];
    const address = web(door);
    const asked = {
      response_type: 'code',
      client_id: this.#known.client_id,
      redirect_uri: this.#here(),
      scope: this.#known.scope,
      state,
      nonce,
      code_challenge: await this.#challenge(verifier),
      code_challenge_method: 'S256',
    };
    for (const [name, value] of Object.entries(asked)) address.searchParams.set(name, value);
    storage.setItem(key, JSON.stringify({ state, nonce, verifier, hash: location.hash, at: now() }));
    location.assign(address.href);
  }

  /**
   * Takes what the provider answered out of the address, and gets the token for it.
   * @returns {Promise<{name: string, token: string, user: string}>} rejects with {@link LoginFailed}
   */
  async finish() {
    const { location, history, storage, now } = this.#env;
    const answer = new URLSearchParams(location.search);
    const begun = parsed(storage.getItem(key));
    storage.removeItem(key);
    history.replaceState(null, '', `${location.pathname}${typeof begun.hash === 'string' ? begun.hash : ''}`);
    if (typeof begun.state !== 'string' || answer.get('state') !== begun.state) throw new LoginFailed('login_failed');
    if (now() - begun.at > freshMs) throw new LoginFailed('login_failed');
    if (answer.has('iss') && answer.get('iss') !== this.#known.issuer) throw new LoginFailed('login_failed');
    if (answer.get('error') === 'access_denied') throw new LoginFailed('login_denied');
    if (!answer.get('code')) throw new LoginFailed('login_failed');
    const facts = await this.#discover();
    if (facts.authorization_response_iss_parameter_supported === true && !answer.has('iss')) {
      throw new LoginFailed('login_failed');
    }
    const given = await this.#ask(web(facts.token_endpoint), {
      method: 'POST',
      headers: { 'Content-Type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams({
        grant_type: 'authorization_code',
        code: answer.get('code'),
        redirect_uri: this.#here(),
        client_id: this.#known.client_id,
        code_verifier: begun.verifier,
      }),
    });
    const said = claimsOf(given.id_token);
    if (!this.#isOurs(said, begun.nonce)) throw new LoginFailed('login_failed');
    return { name: typeof said.name === 'string' ? said.name : said.sub, token: given.id_token, user: said.sub };
  }

  #isOurs(said, nonce) {
    const audience = [said.aud].flat();
    const forUs = audience.includes(this.#known.client_id) && (audience.length === 1 || said.azp === this.#known.client_id);
    const alive = Number(said.exp) > this.#env.now() / 1_000 - skewS;
    return said.iss === this.#known.issuer && forUs && alive && said.nonce === nonce && typeof said.sub === 'string';
  }

  async #discover() {
    const { issuer } = this.#known;
    const facts = await this.#ask(web(`${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`), {});
    if (facts.issuer !== issuer) throw new LoginFailed('login_failed');
    return facts;
  }

  async #ask(url, how) {
    let response;
    try {
      response = await this.#env.fetch(url.href, { ...how, signal: AbortSignal.timeout(10_000), credentials: 'omit' });
    } catch {
      throw new LoginFailed('login_unreachable');
    }
    const body = await response.json().catch(() => undefined);
    if (!response.ok || body === null || typeof body !== 'object') throw new LoginFailed('login_failed');
    return body;
  }

  /** The page itself, without question and fragment: what the provider knows as its redirect URI. */
  #here() {
    const { location } = this.#env;
    return `${location.origin}${location.pathname}`;
  }

  #secret() {
    return base64url(this.#env.crypto.getRandomValues(new Uint8Array(32)));
  }

  async #challenge(verifier) {
    const { subtle } = this.#env.crypto;
    // Browsers have it on https and on this machine only.
    if (!subtle) throw new LoginFailed('login_failed');
    return base64url(new Uint8Array(await subtle.digest('SHA-256', new TextEncoder().encode(verifier))));
  }
}

function browser() {
  return {
    location,
    history,
    storage: sessionStorage,
    crypto,
    fetch: (...how) => fetch(...how),
    now: () => Date.now(),
  };
}

/** An address of the web: nothing that a browser would run instead of open. */
function web(text) {
  let url;
  try {
    url = new URL(text);
  } catch {
    throw new LoginFailed('login_failed');
  }
  if (url.protocol !== 'https:' && url.protocol !== 'http:') throw new LoginFailed('login_failed');
  return url;
}

function base64url(bytes) {
  return btoa(String.fromCharCode(...bytes)).replace(/\+/g, '-').replace(/\//g, '_').replace(/=+$/, '');
}

function claimsOf(token) {
  try {
    const part = token.split('.')[1].replace(/-/g, '+').replace(/_/g, '/');
    const bytes = Uint8Array.from(atob(part), (c) => c.charCodeAt(0));
    return parsed(new TextDecoder().decode(bytes));
  } catch {
    return {};
  }
}

function parsed(text) {
  try {
    return JSON.parse(text) ?? {};
  } catch {
    return {};
  }
}
