import assert from 'node:assert/strict';
import { until } from '../lib/until.mjs';

/** Somebody on the playground, not yet connected. */
async function visit(stage, options) {
  const fan = await stage.fan('Mina', options);
  await fan.page.goto(`${stage.node.url}/playground`);
  return fan.page;
}

async function connectAsGuest(page, encoding = 'json') {
  await page.locator('#encoding').selectOption(encoding);
  await page.locator('#guest').click();
  await until('there is a token', () => page.locator('#token').inputValue());
  await page.locator('#connect').click();
  await entry(page, 'in', 'auth').waitFor();
}

const entry = (page, way, op) => page.locator(`#entries > .entry.${way}[data-op="${op}"]`);

async function send(page, name) {
  await page.locator('#ready').selectOption({ label: name });
  await page.locator('#send').click();
}

const closed = (page, code) => page.locator('#close-note', { hasText: `Closed with ${code}` }).waitFor();

export const tests = [
  ...['json', 'msgpack'].map((encoding) => ({
    name: `the playground shows frames go by in ${encoding}, and what bytes that are none lead to`,
    async run(stage) {
      const page = await visit(stage);
      const room = stage.freshRoom();
      await page.locator('#room').fill(room);
      await connectAsGuest(page, encoding);
      await page.locator('#entries .note[data-op="opened"]', { hasText: `lightstick.v1.${encoding}` }).waitFor();
      await entry(page, 'in', 'hello').waitFor();
      await send(page, 'join');
      await entry(page, 'in', 'join').locator('pre', { hasText: '"recovered"' }).waitFor();
      await page.locator('#ready').selectOption({ label: 'pub' });
      const frame = JSON.parse(await page.locator('#frame').inputValue());
      await page.locator('#frame').fill(JSON.stringify({ ...frame, text: 'hello 안녕' }));
      await page.locator('#frame').press('Control+Enter');
      await entry(page, 'in', 'pub').locator('pre', { hasText: '"committed"' }).waitFor();
      await entry(page, 'in', 'msgs').locator('pre', { hasText: 'hello 안녕' }).waitFor();
      assert.match(await entry(page, 'in', 'msgs').locator('.head').textContent(), /\d\d:\d\d:\d\d\.\d{3}.*received.*\d+ B/);
      await send(page, 'an unknown op (107)');
      await entry(page, 'in', 'teleport').locator('.means', { hasText: 'client is wrong' }).waitFor();
      await send(page, encoding === 'json' ? 'text that is no JSON (4007)' : 'bytes that are no msgpack (4007)');
      await closed(page, 4007);
      await page.locator('#close-note', { hasText: 'are no frame' }).waitFor();
      await page.locator('#entries .note.bad[data-op="closed"]', { hasText: '4007' }).waitFor();
      assert.equal(await page.locator('#send').isDisabled(), true);
    },
  })),
  {
    name: 'every ready-made frame is one that the node knows',
    async run(stage) {
      const page = await visit(stage);
      await connectAsGuest(page);
      const names = await page.locator('#ready optgroup:not([label="Wrong on purpose"]) option').allTextContents();
      assert.ok(names.length > 20);
      // A leave before the last of those that need the room would refuse them.
      for (const name of [...names.filter((each) => each !== 'leave'), 'leave']) await send(page, name);
      const answered = () => page.locator('#entries > .entry.in').filter({ has: page.locator('b', { hasText: ' · ' }) });
      await until('all are answered', async () => (await answered().count()) === names.length + 1);
      for (const text of await answered().filter({ has: page.locator('.code') }).locator('pre').allTextContents()) {
        const { code, msg } = JSON.parse(text).err;
        // A second auth, and a moderator's acts by a fan.
        assert.ok(code === 103 || (code === 107 && /auth|log/.test(msg)), text);
      }
    },
  },
  {
    name: 'the playground shows no token unless asked',
    async run(stage) {
      const page = await visit(stage);
      await connectAsGuest(page);
      const token = await page.locator('#token').inputValue();
      assert.equal(await page.locator('#token').getAttribute('type'), 'password');
      const sent = entry(page, 'out', 'auth').locator('pre');
      assert.match(await sent.textContent(), /"token": "\(a token of \d+ characters\)"/);
      await send(page, 'refresh');
      await entry(page, 'in', 'refresh').waitFor();
      assert.ok(!(await page.locator('body').textContent()).includes(token.slice(0, 30)));
      await page.locator('#show-tokens').check();
      assert.ok((await sent.textContent()).includes(token));
      await page.locator('#show-tokens').uncheck();
      assert.ok(!(await page.locator('body').textContent()).includes(token.slice(0, 30)));
    },
  },
  {
    name: 'the log of frames is filtered, paused and bounded',
    async run(stage) {
      const page = await visit(stage);
      await connectAsGuest(page);
      await send(page, 'join');
      await entry(page, 'in', 'join').waitFor();
      await page.locator('#filter').selectOption('join');
      await until('only joins', async () => (await page.locator('#entries > li').count()) === 2);
      await page.locator('#pause').click();
      await page.locator('#filter').selectOption('');
      await send(page, 'ping');
      await page.locator('#count', { hasText: 'paused, 2 new' }).waitFor();
      assert.equal(await entry(page, 'in', 'ping').count(), 0);
      await page.locator('#pause').click();
      await entry(page, 'in', 'ping').waitFor();
      await page.locator('#kind').selectOption('text');
      await page.locator('#frame').fill('{"op":"ping","id":1}');
      await page.evaluate(() => {
        for (let i = 0; i < 300; ++i) document.getElementById('send').click();
      });
      await page.locator('#count', { hasText: /older ones are gone/ }).waitFor();
      await until('no more are drawn', async () => (await page.locator('#entries > li').count()) === 500);
      await page.locator('#clear').click();
      await until('none is left', async () => (await page.locator('#entries > li').count()) < 10);
    },
  },
  {
    name: 'the playground takes the log-in of the chat, and the keyboard is enough',
    async run(stage) {
      const mina = await stage.fan('Mina');
      await mina.enter();
      const { page } = mina;
      await page.goto(`${stage.node.url}/playground`);
      await page.locator('#page-token').focus();
      await page.keyboard.press('Enter');
      await until('there is a token', () => page.locator('#token').inputValue());
      await page.locator('#token').focus();
      await page.keyboard.press('Enter');
      await entry(page, 'in', 'auth').locator('pre', { hasText: 'Mina' }).waitFor();
      await page.locator('#ready').focus();
      await page.keyboard.press('Tab');
      await page.keyboard.press('Tab');
      assert.equal(await page.evaluate(() => document.activeElement.id), 'frame');
      await page.keyboard.press('Control+Enter');
      await entry(page, 'in', 'join').waitFor();
      await entry(page, 'in', 'join').locator('summary').focus();
      await page.keyboard.press('Enter');
      assert.equal(await entry(page, 'in', 'join').locator('details').getAttribute('open'), null);
      await page.locator('#disconnect').focus();
      await page.keyboard.press('Enter');
      await closed(page, 1000);
    },
  },
  ...[360, 800].map((width) => ({
    name: `the playground fits a screen ${width} wide`,
    async run(stage) {
      const page = await visit(stage, { viewport: { width, height: 640 } });
      await connectAsGuest(page);
      await send(page, 'pub, with everything');
      await entry(page, 'in', 'pub').waitFor();
      const wide = await page.evaluate(() =>
        [...document.querySelectorAll('body *')]
          .filter((element) => element.checkVisibility() && !element.closest('.skip, .unseen'))
          .filter((element) => element.getBoundingClientRect().right > innerWidth + 1)
          .map((element) => element.id || element.className),
      );
      assert.deepEqual(wide, []);
    },
  })),
];
