import assert from 'node:assert/strict';
import { until } from '../lib/until.mjs';

const badgeOf = (page, room) => page.locator(`.room-link[data-room="${room}"] .unread`);
const unreadIs = (page, room, wanted) =>
  until(`${wanted ?? 'nothing'} unread`, async () => {
    const sign = badgeOf(page, room);
    return wanted === undefined ? (await sign.count()) === 0 : (await sign.textContent({ timeout: 500 })) === wanted;
  });

export const tests = [
  {
    name: 'the list shows the rooms that are open, and one click enters',
    async run(stage) {
      const room = stage.freshRoom();
      await stage.fanIn(room, 'Jun');
      const mina = await stage.fan('Mina');
      await mina.enter();
      await mina.page.locator('#nothing', { hasText: 'Choose a room' }).waitFor();
      const link = mina.page.locator(`#other-rooms .room-link[data-room="${room}"]`);
      await link.waitFor();
      assert.match(await link.textContent(), /1 person/);
      await link.click();
      await mina.inRoom(room);
      await mina.page.locator(`#my-rooms .room-link[data-room="${room}"][aria-current="true"]`).waitFor();
    },
  },
  {
    name: 'unread messages are counted, read ones stay read over a reload',
    async run(stage) {
      const [room, other] = [stage.freshRoom('a'), stage.freshRoom('b')];
      const mina = await stage.fanIn(room, 'Mina');
      await mina.open(other);
      const jun = await stage.fanIn(room, 'Jun');
      await jun.say('one');
      await jun.say('two');
      await unreadIs(mina.page, room, '2');
      assert.match(await mina.page.title(), /^\(2\)/);
      await mina.page.locator(`.room-link[data-room="${room}"]`).click();
      await mina.sees('two');
      await unreadIs(mina.page, room, undefined);
      const read = mina.page.waitForEvent('websocket');
      await until('the cursor is on the server', async () => {
        const second = await mina.page.context().newPage();
        await second.goto(`${stage.node.url}/#/${other}`);
        await second.locator(`#my-rooms .room-link[data-room="${room}"]`).waitFor();
        await second.locator(`#my-rooms .room-link[data-room="${room}"] small`).waitFor();
        const count = await badgeOf(second, room).count();
        await second.close();
        return count === 0;
      });
      await mina.page.reload();
      await read;
      await mina.inRoom(room);
      await unreadIs(mina.page, room, undefined);
    },
  },
  {
    name: 'a room that is opened again shows where reading ended',
    async run(stage) {
      const [room, other] = [stage.freshRoom('a'), stage.freshRoom('b')];
      const mina = await stage.fanIn(room, 'Mina');
      const jun = await stage.fanIn(room, 'Jun');
      await jun.say('one');
      await mina.sees('one');
      await mina.open(other);
      await jun.say('two');
      await unreadIs(mina.page, room, '1');
      await until('the cursor is told', () => mina.sent('read').some((frame) => frame.room === room && frame.off === 1));
      await mina.page.reload();
      await mina.inRoom(other);
      await mina.page.locator(`.room-link[data-room="${room}"]`).click();
      await mina.sees('two');
      const line = mina.page.locator('#messages > li.new');
      assert.equal(await line.evaluate((row) => row.nextElementSibling.querySelector('.bubble').textContent), 'two');
    },
  },
  {
    name: 'what is read on one device is read on the other',
    async run(stage) {
      const [room, other] = [stage.freshRoom('a'), stage.freshRoom('b')];
      const mina = await stage.fanIn(room, 'Mina');
      const jun = await stage.fanIn(room, 'Jun');
      const storage = await mina.page.context().storageState();
      for (const { localStorage } of storage.origins) {
        storage.origins[0].localStorage = localStorage.filter(({ name }) => name !== 'lightstick.device');
      }
      const phone = await stage.fan('Mina', { storageState: storage });
      await phone.connected();
      await phone.open(other);
      await mina.open(other);
      await jun.say('news');
      await unreadIs(phone.page, room, '1');
      await unreadIs(mina.page, room, '1');
      await mina.page.locator(`.room-link[data-room="${room}"]`).click();
      await unreadIs(phone.page, room, undefined);
    },
  },
  {
    name: 'a room is part of the address: links and the back button work',
    async run(stage) {
      const room = stage.freshRoom('방 이름 #1?');
      const mina = await stage.fan('Mina');
      await mina.enter();
      await mina.page.goto(`${stage.node.url}/#/${encodeURIComponent(room)}`);
      await mina.inRoom(room);
      await mina.say('here');
      await mina.sees('here');
      await mina.page.goBack();
      await mina.page.locator('#nothing').waitFor();
      await mina.page.goForward();
      await mina.inRoom(room);
      assert.deepEqual(await mina.texts(), ['here']);
    },
  },
  {
    name: 'names that the server would not take are refused with a reason',
    async run(stage) {
      const mina = await stage.fan('a/b');
      await mina.page.locator('#name').fill('a/b');
      await mina.page.locator('#enter').click();
      await until('the name is refused', async () => /1 to 128/.test(await mina.page.locator('#name-error').textContent()));
      await mina.page.locator('#name').fill('Mina');
      await mina.page.locator('#enter').click();
      await mina.connected();
      await mina.page.locator('#open-name').fill('a/b');
      await mina.page.locator('#open-name').press('Enter');
      assert.match(await mina.page.locator('#open-error').textContent(), /1 to 128/);
    },
  },
  {
    name: 'the door says why it stays shut',
    async run(stage) {
      const mina = await stage.fan('Mina');
      await mina.page.locator('#name').fill('Mina');
      const answers = [
        [{ status: 403, json: { error: { code: 103, msg: 'no guests' } } }, /does not let guests in/],
        [{ status: 429, json: { error: { code: 111, msg: 'slow down', retry_ms: 900 } } }, /Too many people/],
        [{ status: 502, body: '<h1>Bad gateway</h1>' }, /cannot be reached/],
      ];
      for (const [answer, words] of answers) {
        await mina.page.route('**/v1/guest', (route) => route.fulfill(answer), { times: 1 });
        await mina.page.locator('#enter').click();
        const error = () => mina.page.locator('#name-error').textContent();
        await until(`it says ${words}`, async () => words.test(await error()), { seen: error });
      }
      await mina.page.locator('#enter').click();
      await mina.connected();
    },
  },
  {
    name: 'a room that one may not enter says so',
    async run(stage) {
      const [mine, other] = [stage.freshRoom('mine'), stage.freshRoom('other')];
      const token = stage.node.token({ user: 'limited', name: 'Limited', rooms: [mine] });
      const fan = await stage.fan('Limited');
      await fan.page.evaluate((value) => localStorage.setItem('lightstick.token', value), token);
      await fan.page.reload();
      await fan.connected();
      await fan.open(mine);
      await fan.page.locator('#open-name').fill(other);
      await fan.page.locator('#open-name').press('Enter');
      await fan.page.locator('#notice', { hasText: 'You may not enter this room.' }).waitFor();
      assert.equal(await fan.page.locator('#message').isDisabled(), true);
    },
  },
  {
    name: 'signing out forgets the pass; a pass that is not accepted leads back to the door',
    async run(stage) {
      const mina = await stage.fanIn(stage.freshRoom(), 'Mina');
      await mina.page.locator('#sign-out').click();
      await mina.page.locator('#name').waitFor();
      assert.equal(await mina.page.locator('#name').inputValue(), 'Mina');
      await mina.page.reload();
      await mina.page.locator('#name').waitFor();
      await mina.page.evaluate(() => localStorage.setItem('lightstick.token', 'not.a.token'));
      await mina.page.reload();
      await mina.page.locator('#name-error', { hasText: 'no longer valid' }).waitFor();
      await mina.page.locator('#enter').click();
      await mina.connected();
    },
  },
];
