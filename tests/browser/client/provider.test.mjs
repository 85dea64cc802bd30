// The page's log-in with a provider, on fakes: what it asks for, and what it refuses to believe.
import assert from 'node:assert/strict';
import { createHash, webcrypto } from 'node:crypto';
import { test } from 'node:test';
import { Provider } from '../../../gateway/web/app/provider.js';

const issuer = 'https://login.example';
const page = { issuer, client_id: 'page', scope: 'openid profile' };
const facts = {
  issuer,
  authorization_endpoint: `${issuer}/auth?tenant=1`,
  token_endpoint: `${issuer}/token`,
  authorization_response_iss_parameter_supported: true,
};
const part = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');

/** A browser, and a provider that answers as it is told. */
function world() {
  const w = {
    time: 1_790_000_000_000,
    kept: new Map(),
    opened: undefined,
    facts: { ...facts },
    posted: [],
    claims: {},
    location: { origin: 'https://fans.example', pathname: '/', search: '', hash: '#/aurora', assign: (to) => (w.opened = new URL(to)) },
  };
  w.env = {
    location: w.location,
    history: { replaceState: (a, b, to) => (w.address = to) },
    storage: {
      getItem: (name) => w.kept.get(name) ?? null,
      setItem: (name, value) => w.kept.set(name, value),
      removeItem: (name) => w.kept.delete(name),
    },
    crypto: webcrypto,
    now: () => w.time,
    fetch: async (url, how) => {
      if (w.down) throw new TypeError('network');
      if (url === `${issuer}/.well-known/openid-configuration`) return Response.json(w.facts);
      assert.equal(url, facts.token_endpoint);
      w.posted.push(Object.fromEntries(how.body));
      if (w.refuses) return Response.json({ error: 'invalid_grant' }, { status: 400 });
      const said = { iss: issuer, aud: 'page', sub: '17', name: 'Mina ✨', nonce: w.nonce, exp: w.time / 1_000 + 60, ...w.claims };
      return Response.json({ id_token: `${part({ alg: 'RS256' })}.${part(said)}.c2ln`, token_type: 'Bearer' });
    },
  };
  w.login = new Provider(page, w.env);
  return w;
}

/** Goes to the provider, and comes back with what it answers. */
async function gone(change = () => {}) {
  const w = world();
  await w.login.begin();
  const asked = w.opened.searchParams;
  w.nonce = asked.get('nonce');
  const answer = new URLSearchParams({ code: 'c-1', state: asked.get('state'), iss: issuer });
  change(w, answer);
  w.location.search = `?${answer}`;
  return w;
}

const failsWith = async (key, change) => {
  const w = await gone(change);
  await assert.rejects(w.login.finish(), (error) => error.key === key);
  return w;
};

test('it asks for a code that only it can use', async () => {
  const w = world();
  await w.login.begin();
  assert.equal(w.opened.origin + w.opened.pathname, `${issuer}/auth`);
  const asked = Object.fromEntries(w.opened.searchParams);
  const { state, nonce, verifier } = JSON.parse(w.kept.get('lightstick.login'));
  assert.deepEqual(asked, {
    tenant: '1',
    response_type: 'code',
    client_id: 'page',
    redirect_uri: 'https://fans.example/',
    scope: 'openid profile',
    state,
    nonce,
    code_challenge: createHash('sha256').update(verifier).digest('base64url'),
    code_challenge_method: 'S256',
  });
  assert.equal(new Set([state, nonce, verifier]).size, 3);
  assert.match(verifier, /^[\w-]{43}$/);
});

test('it comes back with the ID token, to where one was', async () => {
  const w = await gone();
  const { verifier } = JSON.parse(w.kept.get('lightstick.login'));
  const { name, token, user } = await w.login.finish();
  assert.deepEqual({ name, user }, { name: 'Mina ✨', user: '17' });
  assert.equal(token.split('.').length, 3);
  assert.deepEqual(w.posted, [
    { grant_type: 'authorization_code', code: 'c-1', redirect_uri: 'https://fans.example/', client_id: 'page', code_verifier: verifier },
  ]);
  assert.equal(w.address, '/#/aurora', 'the code is out of the address');
  assert.equal(w.kept.size, 0);
});

test('an answer that it did not ask for is not believed, and no code of it is used', async () => {
  for (const change of [
    (w, answer) => answer.set('state', 'another'),
    (w) => w.kept.clear(),
    (w) => w.kept.set('lightstick.login', 'null'),
    (w) => w.kept.set('lightstick.login', '{"at":1790000000000}'),
    (w, answer) => answer.set('iss', 'https://other.example'),
    (w, answer) => answer.delete('iss'),
    (w, answer) => answer.delete('code'),
    (w) => (w.time += 600_001),
    (w) => (w.facts.issuer = 'https://other.example'),
    (w) => (w.facts.token_endpoint = 'javascript:alert(1)'),
  ]) {
    const w = await failsWith('login_failed', change);
    assert.deepEqual(w.posted, [], String(change));
    assert.equal(w.kept.has('lightstick.login'), false);
  }
});

test('a token that was not made for this log-in is not believed', async () => {
  for (const claims of [
    { nonce: 'another' }, { nonce: undefined }, { aud: 'other' }, { aud: ['page', 'other'] }, { iss: 'https://other.example' },
    { exp: 1 }, { sub: undefined },
  ]) {
    await failsWith('login_failed', (w) => (w.claims = claims));
  }
  const w = await gone((world) => (world.claims = { aud: ['page', 'other'], azp: 'page', name: undefined }));
  assert.equal((await w.login.finish()).name, '17');
});

test('refusals are told apart', async () => {
  await failsWith('login_denied', (w, answer) => {
    answer.delete('code');
    answer.set('error', 'access_denied');
  });
  await failsWith('login_failed', (w) => (w.refuses = true));
  await failsWith('login_unreachable', (w) => (w.down = true));
  const w = world();
  w.facts.authorization_endpoint = 'javascript:alert(1)';
  await assert.rejects(w.login.begin(), (error) => error.key === 'login_failed');
  assert.equal(w.opened, undefined);
  w.env.crypto = { getRandomValues: (bytes) => bytes };
  w.facts = facts;
  await assert.rejects(w.login.begin(), (error) => error.key === 'login_failed');
});

test('only a provider’s answer is taken for one', () => {
  assert.equal(Provider.isReturn('?code=c&state=s'), true);
  assert.equal(Provider.isReturn('?error=access_denied&state=s'), true);
  for (const other of ['', '?code=c', '?state=s', '?x=1']) assert.equal(Provider.isReturn(other), false, other);
  assert.equal(world().login.name, 'login.example');
});
