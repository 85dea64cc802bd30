import assert from 'node:assert/strict';
import { until } from '../lib/until.mjs';

const longMs = 45_000;

/** Types messages one after another until told to stop. */
function typing(fan, word) {
  const typed = [];
  let going = true;
  const done = (async () => {
    while (going) {
      const text = `${word} ${typed.length + 1}`;
      typed.push(text);
      await fan.say(text);
      // A person's pace; the rate limit of a fan is not what is tested here.
      await fan.page.waitForTimeout(200);
    }
  })();
  // Heard by whoever stops it; a test that failed earlier does not.
  done.catch(() => {});
  return {
    typed,
    async stop() {
      going = false;
      await done;
    },
  };
}

async function quiet(fan) {
  const outgoing = () => fan.outgoing();
  await until(`everything of ${fan.name} is confirmed`, async () => (await outgoing()).length === 0, {
    deadlineMs: longMs,
    seen: outgoing,
  });
}

async function talkThrough(stage, interrupt) {
  const room = stage.freshRoom('crash');
  const mina = await stage.fanIn(room, 'Mina');
  const jun = await stage.fanIn(room, 'Jun');
  const talks = [typing(mina, 'mina'), typing(jun, 'jun')];
  const typedBoth = (count) => until(`${count} typed`, () => talks.every(({ typed }) => typed.length >= count), { deadlineMs: longMs });
  await typedBoth(5);
  await interrupt(typedBoth);
  await mina.connected();
  await jun.connected();
  for (const talk of talks) await talk.stop();
  for (const fan of [mina, jun]) await quiet(fan);

  const total = talks[0].typed.length + talks[1].typed.length;
  for (const fan of [mina, jun]) {
    const texts = () => fan.texts();
    await until(`${fan.name} sees all ${total}`, async () => (await texts()).length >= total, { seen: texts });
  }
  const seen = await mina.said();
  assert.deepEqual(await jun.said(), seen, 'both see the same list');
  const texts = seen.map(({ text }) => text);
  assert.deepEqual([...texts].sort(), talks.flatMap(({ typed }) => typed).sort(), 'nothing is missing or doubled');
  for (const [index, word] of ['mina', 'jun'].entries()) {
    assert.deepEqual(texts.filter((text) => text.startsWith(word)), talks[index].typed, `${word} reads in the order of typing`);
  }
}

export const tests = [
  {
    name: 'the node is killed and restarted under two people who go on typing',
    run: (stage) =>
      talkThrough(stage, async (typedBoth) => {
        for (let round = 1; round <= 3; round += 1) {
          await stage.node.kill();
          await typedBoth(round * 10);
          await stage.node.start();
          await typedBoth(round * 10 + 8);
        }
      }),
  },
  {
    name: 'the node is stopped in order and restarted under two people who go on typing',
    run: (stage) =>
      talkThrough(stage, async (typedBoth) => {
        await stage.node.stop();
        await typedBoth(12);
        await stage.node.start();
        await typedBoth(20);
      }),
  },
  {
    name: 'the node hangs for a while under two people who go on typing',
    run: (stage) =>
      talkThrough(stage, async (typedBoth) => {
        stage.node.freeze();
        try {
          await typedBoth(35);
        } finally {
          stage.node.thaw();
        }
        await typedBoth(40);
      }),
  },
];
