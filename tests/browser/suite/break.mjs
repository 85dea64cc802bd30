import assert from 'node:assert/strict';
import { Gate } from '../lib/gate.mjs';
import { until } from '../lib/until.mjs';

export const tests = [
  {
    name: 'after a break, what was missed stands below a line, once',
    async run(stage) {
      const room = stage.freshRoom();
      const gate = new Gate();
      const mina = await stage.fanIn(room, 'Mina', { gate });
      const jun = await stage.fanIn(room, 'Jun');
      await jun.say('before');
      await mina.sees('before');
      gate.cut();
      await mina.page.locator('#status[data-state="waiting"]').waitFor({ state: 'attached' });
      assert.match(await mina.page.locator('#status-text').textContent(), /No connection/);
      const missed = Array.from({ length: 12 }, (_, index) => `missed ${index + 1}`);
      for (const text of missed) await jun.say(text);
      await jun.sees(missed.at(-1));
      gate.open();
      await mina.tryNow();
      await mina.sees(missed.at(-1));
      assert.deepEqual(await mina.texts(), ['before', ...missed]);
      const line = mina.page.locator('#messages > li.new');
      assert.equal(await line.textContent(), 'New messages');
      assert.equal(await line.evaluate((row) => row.nextElementSibling.querySelector('.bubble').textContent), 'missed 1');
    },
  },
  {
    name: 'when more was missed than fits, reading goes on at the line',
    async run(stage) {
      const room = stage.freshRoom();
      const gate = new Gate();
      const mina = await stage.fanIn(room, 'Mina', { gate });
      await mina.say('before');
      await mina.sees('before');
      gate.cut();
      const missed = Array.from({ length: 120 }, (_, index) => `missed ${index + 1}`);
      await stage.fill(room, missed);
      gate.open();
      await mina.tryNow();
      await mina.sees(missed.at(-1));
      assert.deepEqual(await mina.texts(), ['before', ...missed]);
      const inSight = (selector) =>
        mina.page.locator(selector).evaluate((row) => {
          const box = document.getElementById('scroll').getBoundingClientRect();
          const { top, bottom } = row.getBoundingClientRect();
          return top >= box.top - 2 && bottom <= box.bottom + 2;
        });
      await until('the line is in sight', () => inSight('#messages > li.new'));
      assert.ok(await inSight('li[data-off="2"]'), 'the first that was missed is in sight');
      await until('the rest counts as unread', async () => /^\d+ new message/.test(await mina.page.locator('#jump-text').textContent()));
      await mina.page.locator('#jump').click();
      await until('the newest is in sight', () => inSight('li[data-off="121"]'));
    },
  },
  {
    name: 'the sign of the connection tells in words what the colour shows',
    async run(stage) {
      const gate = new Gate();
      const mina = await stage.fanIn(stage.freshRoom(), 'Mina', { gate });
      const sign = mina.page.locator('#status');
      assert.equal(await sign.getAttribute('role'), 'status');
      assert.equal(await mina.page.locator('#status-text').textContent(), 'Connected');
      gate.cut();
      await until('the sign is red', async () => (await sign.getAttribute('data-state')) === 'waiting');
      await mina.page.locator('#try-now').waitFor();
      gate.open();
      await mina.connected();
      assert.equal(await mina.page.locator('#try-now').isVisible(), false);
    },
  },
  {
    name: 'in a quiet room the node answers pings, and the connection stays',
    async run(stage) {
      const mina = await stage.fan('Mina');
      const sockets = [];
      const pings = new Set();
      let answered = 0;
      mina.page.on('websocket', (socket) => {
        sockets.push(socket);
        socket.on('framesent', ({ payload }) => {
          const frame = JSON.parse(payload);
          if (frame.op === 'ping') pings.add(frame.id);
        });
        socket.on('framereceived', ({ payload }) => {
          for (const frame of [JSON.parse(payload)].flat()) if (frame.ok && pings.has(frame.id)) answered += 1;
        });
      });
      await mina.enter();
      await mina.open(stage.freshRoom());
      await until('two pings are answered', () => answered >= 2, { deadlineMs: 20_000, seen: () => [pings.size, answered] });
      assert.equal(sockets.length, 1);
    },
  },
  {
    name: 'what is typed during a break waits and is sent once, in order',
    async run(stage) {
      const room = stage.freshRoom();
      const gate = new Gate();
      const mina = await stage.fanIn(room, 'Mina', { gate });
      const jun = await stage.fanIn(room, 'Jun');
      gate.cut();
      await mina.page.locator('#status[data-state="waiting"]').waitFor({ state: 'attached' });
      for (const text of ['one', 'two', 'three']) await mina.say(text);
      const outgoing = await mina.outgoing();
      assert.deepEqual(outgoing.map(({ state }) => state), ['pending', 'pending', 'pending']);
      assert.match(outgoing[0].mark, /Waiting for the connection/);
      gate.open();
      await jun.sees('three', 30_000);
      assert.deepEqual(await jun.texts(), ['one', 'two', 'three']);
      await until('nothing is pending', async () => (await mina.outgoing()).length === 0);
      assert.deepEqual(await mina.said(), await jun.said());
    },
  },
];
