import assert from 'node:assert/strict';
import { until } from '../lib/until.mjs';

const focused = (fan) => fan.page.evaluate(() => document.activeElement.id || document.activeElement.dataset.room || document.activeElement.tagName);

const focusIs = (fan, wanted) =>
  until(`the focus is on ${wanted}`, async () => (await focused(fan)) === wanted, { deadlineMs: 5_000, seen: () => focused(fan) });

async function tabTo(fan, wanted, key = 'Tab') {
  for (let count = 0; count < 30; count += 1) {
    if ((await focused(fan)) === wanted) return;
    await fan.page.keyboard.press(key);
  }
  assert.fail(`${wanted} is not reached with ${key}`);
}

export const tests = [
  {
    name: 'from the name to a message and back with the keyboard alone',
    async run(stage) {
      const [first, second] = [stage.freshRoom('a'), stage.freshRoom('b')];
      const mina = await stage.fan('Mina');
      const { keyboard } = mina.page;
      await focusIs(mina, 'name');
      await keyboard.type('Mina');
      await keyboard.press('Enter');
      await mina.connected();
      for (const room of [first, second]) {
        await tabTo(mina, 'open-name', room === first ? 'Tab' : 'Shift+Tab');
        await keyboard.type(room);
        await keyboard.press('Enter');
        await mina.inRoom(room);
        await focusIs(mina, 'message');
      }
      await keyboard.type('typed');
      await keyboard.press('Shift+Enter');
      await keyboard.type('in two lines');
      await keyboard.press('Enter');
      await mina.sees('typed\nin two lines');
      await focusIs(mina, 'message');

      await keyboard.press('Escape');
      await focusIs(mina, second);
      await keyboard.press('ArrowUp');
      await focusIs(mina, first);
      await keyboard.press('End');
      await keyboard.press('Home');
      await focusIs(mina, first);
      await keyboard.press('Enter');
      await mina.inRoom(first);
      await focusIs(mina, 'message');
      await tabTo(mina, 'scroll', 'Shift+Tab');
      await keyboard.press('Escape');
      await focusIs(mina, 'message');
    },
  },
  {
    name: 'the first stop of the Tab key skips to the message field',
    async run(stage) {
      const room = stage.freshRoom();
      const mina = await stage.fanIn(room, 'Mina');
      await mina.page.reload();
      await mina.connected();
      await mina.inRoom(room);
      await mina.page.keyboard.press('Tab');
      await focusIs(mina, 'skip');
      assert.ok((await mina.page.locator('#skip').boundingBox()).y >= 0, 'it is seen while it has the focus');
      await mina.page.keyboard.press('Enter');
      await focusIs(mina, 'message');
    },
  },
  {
    name: 'every stop of the Tab key can be seen and has a name',
    async run(stage) {
      const mina = await stage.fanIn(stage.freshRoom(), 'Mina');
      const names = new Set();
      for (let count = 0; count < 25; count += 1) {
        await mina.page.keyboard.press('Tab');
        const stop = await mina.page.evaluate(() => {
          const element = document.activeElement;
          if (element === document.body) return undefined;
          const { outlineStyle, outlineWidth } = getComputedStyle(element);
          const label = element.getAttribute('aria-label') || element.labels?.[0]?.textContent || element.textContent;
          return { id: element.id || element.className, label: label.trim(), outline: `${outlineStyle} ${outlineWidth}` };
        });
        if (!stop) continue;
        names.add(stop.id);
        assert.notEqual(stop.label, '', `${stop.id} has a name`);
        assert.match(stop.outline, /^(solid|auto) [1-9]/, `${stop.id} shows the focus`);
      }
      for (const id of ['skip', 'language', 'open-name', 'scroll', 'message', 'send', 'leave', 'sign-out']) {
        assert.ok(names.has(id), `${id} is reached`);
      }
    },
  },
  {
    name: 'Enter that ends a composed syllable does not send',
    async run(stage) {
      const mina = await stage.fanIn(stage.freshRoom(), 'Mina');
      await mina.page.locator('#message').fill('안녕');
      await mina.page.locator('#message').evaluate((field) => {
        field.dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', isComposing: true, bubbles: true, cancelable: true }));
      });
      assert.equal(await mina.page.locator('#message').inputValue(), '안녕');
      await mina.page.locator('#message').press('Enter');
      await mina.sees('안녕');
      assert.deepEqual(await mina.texts(), ['안녕']);
    },
  },
  {
    name: 'what others say is told to a screen reader, what was there before is not',
    async run(stage) {
      const room = stage.freshRoom();
      const jun = await stage.fanIn(room, 'Jun');
      await jun.say('long ago');
      await jun.sees('long ago');
      const mina = await stage.fanIn(room, 'Mina');
      await mina.sees('long ago');
      const told = mina.page.locator('#announcer[aria-live="polite"]');
      await jun.say('just now');
      await until('it is told', async () => (await told.textContent()) === 'Jun: just now', { seen: () => told.textContent() });
    },
  },
];
