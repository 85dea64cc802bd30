import assert from 'node:assert/strict';
import { until } from '../lib/until.mjs';

const total = 620;
const heldMax = 500;
const text = (off) => `message ${off}${off % 7 === 0 ? ' that is a good deal longer than the others, '.repeat(4) : ''}`.trim();

const offsOf = async (fan) => (await fan.said()).map(({ off }) => off);
const run = (from, to) => Array.from({ length: to - from + 1 }, (_, index) => from + index);

async function scrollTo(fan, top) {
  await fan.page.locator('#scroll').evaluate((box, value) => (box.scrollTop = value < 0 ? box.scrollHeight : value), top);
}

/** Runs in the page: how far the row that is read goes when older ones come above it. */
async function moveOfReadRow() {
  const box = document.getElementById('scroll');
  const list = document.getElementById('messages');
  const firstOff = () => Number(list.querySelector('li[data-off]').dataset.off);
  const before = firstOff();
  box.scrollTop = 300;
  const edge = box.getBoundingClientRect().top;
  const row = [...list.querySelectorAll('li[data-off]')].find((each) => each.getBoundingClientRect().top > edge);
  const top = row.getBoundingClientRect().top;
  const end = performance.now() + 10_000;
  while (firstOff() === before && performance.now() < end) await new Promise(requestAnimationFrame);
  await new Promise(requestAnimationFrame);
  return firstOff() === before ? Infinity : Math.abs(row.getBoundingClientRect().top - top);
}

export const tests = [
  {
    name: 'scrolling up loads all of the history, once and in bounds, and the way back as well',
    async run(stage) {
      const room = stage.freshRoom();
      await stage.fill(room, run(1, total).map(text));
      const mina = await stage.fanIn(room, 'Mina');
      await mina.sees(text(total));
      assert.deepEqual(await offsOf(mina), run(total - 49, total));

      const seen = new Set();
      const look = async () => {
        const offs = await offsOf(mina);
        assert.deepEqual(offs, run(offs[0], offs.at(-1)), 'a run without holes');
        assert.ok(offs.length <= heldMax, `${offs.length} rows`);
        for (const { off, text: shown } of await mina.said()) {
          seen.add(off);
          assert.equal(shown, text(off));
        }
        return offs;
      };
      for (let first = total - 49; first > 1; ) {
        await scrollTo(mina, 0);
        const before = first;
        first = (await until('older messages come', async () => {
          await scrollTo(mina, 0);
          const offs = await offsOf(mina);
          return offs[0] < before && offs;
        }))[0];
        await look();
      }
      assert.equal(seen.size, total);
      await mina.page.locator('#messages > li.line', { hasText: `This is where ${room} begins.` }).waitFor({ state: 'attached' });

      await until('the newest is back', async () => {
        await scrollTo(mina, -1);
        return (await look()).at(-1) === total;
      });
    },
  },
  {
    name: 'older messages do not move what is being read',
    async run(stage) {
      const room = stage.freshRoom();
      await stage.fill(room, run(1, 200).map(text));
      const mina = await stage.fanIn(room, 'Mina');
      await mina.sees(text(200));
      await scrollTo(mina, 900);
      await mina.page.locator('#jump').waitFor();
      for (let round = 0; round < 3; round += 1) {
        const moved = await mina.page.evaluate(moveOfReadRow);
        assert.ok(moved <= 2, `the row moved by ${moved} px`);
      }
      assert.deepEqual(await offsOf(mina), run(1, 200));
    },
  },
  {
    name: 'new messages do not pull a reader down; a button leads to the newest',
    async run(stage) {
      const room = stage.freshRoom();
      await stage.fill(room, run(1, 60).map(text));
      const mina = await stage.fanIn(room, 'Mina');
      const jun = await stage.fanIn(room, 'Jun');
      await mina.sees(text(60));
      await mina.page.locator('#scroll').evaluate((box) => (box.scrollTop = 900));
      await mina.page.locator('#jump').waitFor();
      const place = () => mina.page.locator('#scroll').evaluate((box) => box.scrollTop);
      const before = await place();
      await jun.say('news');
      await mina.sees('news');
      assert.ok(Math.abs((await place()) - before) <= 2);
      await until('the button counts', async () => /^\d+ new message/.test(await mina.page.locator('#jump-text').textContent()));
      await mina.page.locator('#jump').click();
      await until('at the newest', () =>
        mina.page.locator('#scroll').evaluate((box) => box.scrollHeight - box.clientHeight - box.scrollTop < 4),
      );
      assert.equal(await mina.page.locator('#jump').isVisible(), false);
      await jun.say('more news');
      await mina.sees('more news');
      await until('still at the newest', () =>
        mina.page.locator('#scroll').evaluate((box) => box.scrollHeight - box.clientHeight - box.scrollTop < 4),
      );
    },
  },
];
