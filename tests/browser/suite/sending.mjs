import assert from 'node:assert/strict';
import { Gate } from '../lib/gate.mjs';
import { until } from '../lib/until.mjs';

export const tests = [
  {
    name: 'a message is shown as pending until the node answers, then as sent',
    async run(stage) {
      const mina = await stage.fanIn(stage.freshRoom(), 'Mina');
      stage.node.freeze();
      try {
        await mina.say('patience');
        const [entry] = await until('it is on its way', async () => {
          const outgoing = await mina.outgoing();
          return outgoing.length === 1 && outgoing;
        });
        assert.deepEqual([entry.state, entry.text], ['pending', 'patience']);
        assert.match(entry.mark, /Sending|Waiting/);
        assert.deepEqual(await mina.texts(), []);
      } finally {
        stage.node.thaw();
      }
      await mina.sees('patience', 30_000);
      await until('it is marked as sent', async () => (await mina.page.locator('.said.own .mark').textContent()).includes('Sent'));
      await until('nothing is on its way', async () => (await mina.outgoing()).length === 0);
      assert.deepEqual(await mina.texts(), ['patience']);
    },
  },
  {
    name: 'a refused message says why, and can be sent again or discarded',
    async run(stage) {
      const room = stage.freshRoom();
      const gate = new Gate();
      const mina = await stage.fanIn(room, 'Mina', { gate });
      const refuse = ({ op, id, text }) => op === 'pub' && text.startsWith('rude') && { id, err: { code: 122, msg: 'filtered' } };
      gate.answerInstead(refuse);
      await mina.say('rude one');
      await mina.say('kind one');
      await mina.say('rude two');
      await mina.sees('kind one');
      const states = async () => (await mina.outgoing()).map(({ state, text }) => `${state} ${text}`).join();
      await until('two have failed', async () => (await states()) === 'failed rude one,failed rude two', { seen: states });
      const [failed] = await mina.outgoing();
      assert.match(failed.mark, /Not sent.*filter/);

      gate.answerInstead(() => undefined);
      const row = (text) => mina.page.locator('li[data-cid]', { hasText: text });
      await row('rude two').getByRole('button', { name: 'Discard' }).click();
      await until('one is gone', async () => (await states()) === 'failed rude one', { seen: states });
      await row('rude one').getByRole('button', { name: 'Try again' }).click();
      await mina.sees('rude one');
      await until('nothing is on its way', async () => (await mina.outgoing()).length === 0);
      assert.deepEqual(await mina.texts(), ['kind one', 'rude one']);
    },
  },
  {
    name: 'a text that is too long stays in the field and says so',
    async run(stage) {
      const mina = await stage.fanIn(stage.freshRoom(), 'Mina');
      const text = '가'.repeat(1_366);
      await mina.say(text);
      assert.match(await mina.page.locator('#composer-note').textContent(), /too long/);
      assert.equal(await mina.page.locator('#message').inputValue(), text);
      assert.equal(await mina.page.locator('#message').getAttribute('aria-invalid'), 'true');
      await mina.say('가'.repeat(1_365));
      await mina.sees('가'.repeat(1_365));
    },
  },
  {
    name: 'more than the rate allows is slowed down, not lost',
    async run(stage) {
      const room = stage.freshRoom();
      const mina = await stage.fanIn(room, 'Mina');
      const jun = await stage.fanIn(room, 'Jun');
      const texts = Array.from({ length: 28 }, (_, index) => `quick ${index + 1}`);
      for (const text of texts) await mina.say(text);
      await jun.sees(texts.at(-1), 30_000);
      assert.deepEqual(await jun.texts(), texts);
    },
  },
];
