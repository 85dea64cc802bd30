import { once } from 'node:events';
import { createServer } from 'node:http';

/**
 * A real OpenID Connect provider (npm oidc-provider) on a port of this machine: whoever gives a name at its door is
 * that user. Its own pages for log-in and consent are those that it has for development.
 */
export class OidcProvider {
  #server = createServer();
  #answer = (request, response) => response.writeHead(503).end();

  /** Takes the port; answers 503 until `serve`. */
  async open() {
    this.#server.on('request', (request, response) => this.#answer(request, response));
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
  }

  get issuer() {
    return `http://127.0.0.1:${this.#server.address().port}`;
  }

  /** Its public keys. */
  get keys() {
    return `${this.issuer}/jwks`;
  }

  /**
   * @param {{client: string, redirect: string}} page the one client that it knows
   * @param {(user: string) => object} claimsOf what it says of a user
   */
  async serve({ client, redirect }, claimsOf) {
    const { Provider } = await quietly(() => import('oidc-provider'));
    const provider = await quietly(() => new Provider(this.issuer, {
      clients: [{
        client_id: client,
        redirect_uris: [redirect],
        response_types: ['code'],
        grant_types: ['authorization_code'],
        token_endpoint_auth_method: 'none',
      }],
      clientBasedCORS: () => true,
      conformIdTokenClaims: false,
      claims: { openid: ['sub'], profile: ['name', 'roles'] },
      findAccount: (ctx, user) => ({ accountId: user, claims: () => ({ sub: user, ...claimsOf(user) }) }),
      cookies: { keys: ['a key of the tests'] },
      ttl: { AccessToken: 3_600, AuthorizationCode: 60, Grant: 3_600, IdToken: 3_600, Interaction: 3_600, Session: 3_600 },
    }));
    this.#answer = provider.callback();
  }

  async close() {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, 'close');
  }
}

/** Without its advice for production. */
async function quietly(make) {
  const { info, warn } = console;
  console.info = console.warn = () => {};
  try {
    return await make();
  } finally {
    Object.assign(console, { info, warn });
  }
}
