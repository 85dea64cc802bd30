import assert from 'node:assert/strict';
import { until } from '../lib/until.mjs';

export const tests = [
  {
    name: 'two people in a room talk',
    async run(stage) {
      const room = stage.freshRoom();
      const mina = await stage.fanIn(room, 'Mina');
      const jun = await stage.fanIn(room, '준호');
      await mina.say('hello');
      await jun.sees('hello');
      await jun.say('안녕!');
      await mina.sees('안녕!');
      await jun.sees('안녕!');
      assert.deepEqual(await mina.said(), await jun.said());
      const author = jun.page.locator('#messages li[data-off="1"] .who');
      assert.equal(await author.textContent(), 'Mina');
    },
  },
  {
    name: 'who is here follows who comes and goes',
    async run(stage) {
      const room = stage.freshRoom();
      const mina = await stage.fanIn(room, 'Mina');
      const jun = await stage.fanIn(room, 'Jun');
      const here = () => mina.page.locator('#people-list bdi').allTextContents();
      await until('Jun is here', async () => (await here()).sort().join() === 'Jun,Mina', { seen: here });
      await until('2 people', async () => (await mina.page.locator('#room-people').textContent()) === '2 people');
      await jun.page.locator('#leave').click();
      await until('Jun has left', async () => (await here()).join() === 'Mina', { seen: here });
    },
  },
  {
    name: 'markup typed as text or chosen as a name stays text',
    async run(stage) {
      const room = stage.freshRoom();
      const mina = await stage.fanIn(room, '<img src=x onerror=window.hacked=1>');
      const jun = await stage.fanIn(room, 'Jun');
      const lines = [
        '<script>window.hacked = 1; alert(1)</script>',
        '<img src="x" onerror="window.hacked = 1">',
        '"><svg onload=window.hacked=1>',
        '<a href="javascript:window.hacked=1">tap me</a> &lt;b&gt;',
      ];
      for (const line of lines) await mina.say(line);
      await jun.sees(lines.at(-1));
      for (const { page } of [mina, jun]) {
        const inside = page.locator('#messages, #people-list, .rooms').locator('script, img, a, iframe, svg[onload]');
        assert.equal(await inside.count(), 0);
        assert.equal(await page.evaluate(() => window.hacked), undefined);
      }
      assert.deepEqual(await jun.texts(), lines);
      assert.equal(await jun.page.locator('#messages .who').first().textContent(), mina.name);
    },
  },
  {
    name: 'the page is served with a policy that forbids foreign and inline code',
    async run(stage) {
      const { page } = await stage.fan('Mina');
      const response = await page.goto(stage.node.url);
      const policy = response.headers()['content-security-policy'] ?? '';
      assert.match(policy, /default-src 'self'/);
      assert.doesNotMatch(policy, /unsafe|\*/);
      await page.evaluate(() => {
        const script = document.createElement('script');
        script.textContent = 'window.hacked = 1';
        document.body.append(script);
      });
      assert.equal(await page.evaluate(() => window.hacked), undefined);
      // The refusal that this test provoked is no problem of the page.
      stage.problems = () => [];
    },
  },
  {
    name: 'a reload comes back to the same person in the same room',
    async run(stage) {
      const room = stage.freshRoom();
      const mina = await stage.fanIn(room, 'Mina');
      await mina.say('before');
      await mina.sees('before');
      await mina.page.reload();
      await mina.connected();
      await mina.inRoom(room);
      await mina.sees('before');
      assert.equal(await mina.page.locator('#messages li.own').count(), 1);
      await mina.say('after');
      await mina.sees('after');
      assert.deepEqual(await mina.texts(), ['before', 'after']);
    },
  },
  {
    name: 'a second tab is the same person, and both stay connected',
    async run(stage) {
      const room = stage.freshRoom();
      const mina = await stage.fanIn(room, 'Mina');
      const second = await mina.page.context().newPage();
      await second.goto(mina.page.url());
      await second.locator('#status[data-state="live"]').waitFor({ state: 'attached' });
      await mina.say('from the first tab');
      await second.locator('.said.own .bubble', { hasText: 'from the first tab' }).waitFor();
      await second.locator('#message').fill('from the second tab');
      await second.locator('#message').press('Enter');
      await mina.sees('from the second tab');
      assert.equal(await mina.page.locator('#status').getAttribute('data-state'), 'live');
    },
  },
];
