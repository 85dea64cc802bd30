import assert from 'node:assert/strict';
import { until } from '../lib/until.mjs';

/** Comes in with a token of the platform instead of as a guest. */
async function withRole(stage, room, user, name, role) {
  const fan = await stage.fan(name);
  const token = stage.node.token({ user, name, role });
  await fan.page.evaluate((kept) => {
    for (const [key, value] of Object.entries(kept)) localStorage.setItem(`lightstick.${key}`, value);
  }, { token, user, name });
  await fan.page.reload();
  await fan.connected();
  await fan.open(room);
  return fan;
}

async function choose(fan, text, choice) {
  const row = fan.page.locator('#messages li.said', { hasText: text });
  await row.hover();
  await row.locator('.more').click();
  await row.locator(`[data-choice="${choice}"]`).click();
}

const noticeSays = (fan, text) => fan.page.locator('#notice-text', { hasText: text }).waitFor();

export const tests = [
  {
    name: 'a moderator deletes a message and everybody sees that it has gone',
    async run(stage) {
      const room = stage.freshRoom();
      const mina = await stage.fanIn(room, 'Mina');
      const mod = await withRole(stage, room, 'mod', 'Mod', 'moderator');
      await mina.say('something rude');
      await mod.sees('something rude');
      assert.equal(await mina.page.locator('.more').count(), 0, 'a fan has no menu');
      await choose(mod, 'something rude', 'delete');
      await noticeSays(mod, 'The message was deleted.');
      for (const fan of [mina, mod]) {
        await until(`${fan.name} sees it go`, async () => (await fan.texts()).join() === 'This message was withdrawn.');
      }
      await mina.page.reload();
      await mina.connected();
      await mina.sees('This message was withdrawn.');
    },
  },
  {
    name: 'who is muted is told so, and who is banned is out',
    async run(stage) {
      const room = stage.freshRoom();
      const mina = await stage.fanIn(room, 'Mina');
      const mod = await withRole(stage, room, 'mod', 'Mod', 'moderator');
      await mina.say('hello');
      await mod.sees('hello');
      await choose(mod, 'hello', 'mute');
      await noticeSays(mod, 'Mina is muted for 10 minutes.');
      await mina.say('let me speak');
      await until('the message fails', async () => (await mina.outgoing()).some(({ mark }) => mark.includes('You are muted')));
      await choose(mod, 'hello', 'ban');
      await noticeSays(mod, 'Mina is banned from this room.');
      await mina.page.locator('#welcome', { hasText: 'You have been banned.' }).waitFor();
    },
  },
  {
    name: 'the menu of a message works with the keyboard alone',
    async run(stage) {
      const room = stage.freshRoom();
      const mina = await stage.fanIn(room, 'Mina');
      const mod = await withRole(stage, room, 'mod', 'Mod', 'moderator');
      await mina.say('one');
      await mod.sees('one');
      const more = mod.page.locator('.more');
      await more.focus();
      await more.press('Enter');
      await mod.page.keyboard.press('ArrowUp');
      assert.equal(await mod.page.evaluate(() => document.activeElement.dataset.choice), 'ban');
      await mod.page.keyboard.press('Escape');
      assert.equal(await mod.page.locator('.menu').count(), 0);
      assert.equal(await more.evaluate((button) => button === document.activeElement), true);
    },
  },
];
