import assert from 'node:assert/strict';
import { Node } from '../lib/node.mjs';
import { OidcProvider } from '../lib/provider.mjs';
import { Stage } from '../lib/stage.mjs';
import { until } from '../lib/until.mjs';

const client = 'fan-page';

/** A node whose page lets people log in at a provider, and that provider. */
async function withProvider(stage, { options = [], run }) {
  const provider = new OidcProvider();
  await provider.open();
  const node = new Node(stage.node.binary, [
    '--auth-jwks', provider.keys, '--auth-jwks-interval', '1s', '--auth-audience', client, '--auth-issuer', provider.issuer,
    '--web-login-issuer', provider.issuer, '--web-login-client', client, ...options,
  ]);
  const own = new Stage(node, stage.browser);
  try {
    await node.start();
    await provider.serve({ client, redirect: `${node.url}/` }, (user) => ({ name: `${user} of the provider`, roles: ['artist'] }));
    await run(own, provider);
    assert.deepEqual(own.problems(), []);
  } catch (error) {
    error.message += `\nthe node's last words:\n${node.log.split('\n').slice(-8).join('\n')}`;
    throw error;
  } finally {
    await own.clear();
    await node.remove();
    await provider.close();
  }
}

/** Through the provider's door, as it stands in development: a name, any password, consent. */
async function passTheDoor({ page }, user) {
  await page.locator('#login').click();
  await page.locator('input[name="login"]').fill(user);
  await page.locator('input[name="password"]').fill('any');
  await page.locator('button[type="submit"]').click();
  await page.locator('button[type="submit"]', { hasText: 'Continue' }).click();
}

const tokenOf = (page) => page.evaluate(() => localStorage.getItem('lightstick.token'));

export const tests = [
  {
    name: 'a fan logs in at a provider and talks under the name that it tells',
    run: (stage) => withProvider(stage, {
      async run(own, provider) {
        const room = own.freshRoom('aurora');
        const mina = await own.fan('Mina');
        await mina.page.goto(`${own.node.url}/#/${room}`);
        await mina.page.locator('#login', { hasText: new URL(provider.issuer).host }).waitFor();
        assert.equal(await mina.page.locator('#name').isVisible(), true, 'guests are let in as well');
        await passTheDoor(mina, 'mina-17');
        await mina.connected();
        await mina.inRoom(room);
        assert.equal(new URL(mina.page.url()).search, '', 'the code does not stay in the address');
        assert.equal((await mina.page.locator('#me').textContent()).endsWith('mina-17 of the provider'), true);
        const [header, said] = (await tokenOf(mina.page)).split('.').slice(0, 2).map((part) => JSON.parse(Buffer.from(part, 'base64url')));
        assert.equal(header.alg, 'RS256');
        assert.equal(said.sub, 'mina-17');
        await mina.say('hello');
        const jun = await own.fanIn(room, 'Jun');
        await jun.sees('hello');
        await jun.page.locator('#messages', { hasText: 'mina-17 of the provider' }).waitFor();
        await mina.page.reload();
        await mina.connected();
        await mina.inRoom(room);
      },
    }),
  },
  {
    name: 'who turns round at the provider’s door is told so and may try again',
    run: (stage) => withProvider(stage, {
      async run(own) {
        const mina = await own.fan('Mina');
        await mina.page.locator('#login').click();
        await mina.page.locator('a', { hasText: 'Cancel' }).click();
        await mina.page.locator('#login-error', { hasText: 'cancelled' }).waitFor();
        assert.equal(await tokenOf(mina.page), null);
        await passTheDoor(mina, 'mina');
        await mina.connected();
      },
    }),
  },
  {
    name: 'a log-in that the page did not begin is not believed',
    run: (stage) => withProvider(stage, {
      async run(own) {
        const mina = await own.fan('Mina');
        await mina.page.goto(`${own.node.url}/?code=stolen&state=invented`);
        await mina.page.locator('#login-error', { hasText: 'did not work' }).waitFor();
        assert.equal(await tokenOf(mina.page), null);
        assert.equal(new URL(mina.page.url()).search, '');
      },
    }),
  },
  {
    name: 'a token that was taken back leads to the door',
    run: (stage) => withProvider(stage, {
      options: ['--guests=false'],
      async run(own) {
        const mina = await own.fan('Mina');
        await until('guests are not let in', () => mina.page.locator('#name').isHidden());
        await passTheDoor(mina, 'mina');
        await mina.connected();
        await own.node.revoke('mina');
        await mina.page.locator('#login-error', { hasText: 'no longer valid' }).waitFor();
        assert.equal(await tokenOf(mina.page), null);
      },
    }),
  },
];
