import assert from 'node:assert/strict';
import { until } from '../lib/until.mjs';

const phone = { viewport: { width: 360, height: 640 }, deviceScaleFactor: 2, isMobile: true, hasTouch: true };

const words = {
  'ko-KR': { enter: '입장하기', live: '연결됨', hint: '에 메시지 보내기' },
  'ja-JP': { enter: '入場する', live: '接続済み', hint: 'にメッセージを送る' },
  'en-GB': { enter: 'Come in', live: 'Connected', hint: 'Write to' },
  'es-MX': { enter: 'Entrar', live: 'Conectado', hint: 'Escribe en' },
};

async function fitsSideways(fan, where) {
  const { page, wide } = await fan.page.evaluate(() => ({
    page: document.scrollingElement.scrollWidth - innerWidth,
    wide: [...document.querySelectorAll('body *')]
      .filter((element) => element.checkVisibility() && !element.closest('.people, .skip, .unseen, svg'))
      .filter((element) => element.getBoundingClientRect().right > innerWidth + 1)
      .map((element) => element.id || element.className),
  }));
  assert.ok(page <= 0, `${where}: the page is ${page} px too wide`);
  assert.deepEqual(wide, [], `${where}: reaches beyond the edge`);
}

/** WCAG contrast of pairs of colour tokens, worked out by the browser that resolves them. */
function contrasts(pairs) {
  const canvas = document.createElement('canvas').getContext('2d');
  const style = getComputedStyle(document.documentElement);
  const light = (token) => {
    canvas.fillStyle = style.getPropertyValue(token).trim();
    canvas.fillRect(0, 0, 1, 1);
    const parts = [...canvas.getImageData(0, 0, 1, 1).data].slice(0, 3).map((value) => {
      const part = value / 255;
      return part <= 0.03928 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2];
  };
  return pairs.map(([text, ground]) => {
    const [a, b] = [light(text), light(ground)].sort((x, y) => y - x);
    return { pair: `${text} on ${ground}`, ratio: (a + 0.05) / (b + 0.05) };
  });
}

const pairs = [
  ...['--text', '--soft', '--accent'].flatMap((text) => ['--ground', '--raised', '--bubble', '--sunken'].map((ground) => [text, ground])),
  ...['--own-a', '--own-b'].map((ground) => ['--own-text', ground]),
  ...['--text', '--accent'].map((text) => [text, '--accent-ground']),
  ...['--ground', '--bad-ground'].map((ground) => ['--bad', ground]),
  ...['--good', '--warn'].map((text) => [text, '--ground']),
  ...Array.from({ length: 8 }, (_, hue) => [`--hue-${hue}`, '--ground']),
  ...Array.from({ length: 8 }, (_, hue) => ['--raised', `--hue-${hue}`]),
];

export const tests = [
  {
    name: 'on a phone everything fits, one thing at a time',
    async run(stage) {
      const room = stage.freshRoom();
      const mina = await stage.fan('Mina', phone);
      await fitsSideways(mina, 'welcome');
      await mina.enter();
      await fitsSideways(mina, 'rooms');
      await mina.open(room);
      assert.equal(await mina.page.locator('.rooms').isVisible(), false);
      const long = 'w'.repeat(600);
      await mina.say(long);
      await mina.say('https://example.test/' + 'path-'.repeat(60));
      await mina.sees(long);
      await fitsSideways(mina, 'room');
      const box = await mina.page.locator('#message').boundingBox();
      assert.ok(box.y + box.height <= 640, 'the field is in sight');
      for (const button of await mina.page.locator('button:visible').all()) {
        const size = await button.boundingBox();
        if (!(await button.evaluate((each) => each.matches('.people *')))) assert.ok(size.height >= 32 && size.width >= 32, 'can be hit with a thumb');
      }
      await mina.page.locator('#show-people').tap();
      await mina.page.locator('#people-list bdi', { hasText: 'Mina' }).waitFor();
      await until('the drawer is in', async () => (await mina.page.locator('#people').boundingBox()).x < 360 - 200);
      await mina.page.locator('#hide-people').tap();
      await until('the drawer is out', async () => !(await mina.page.locator('#people').isVisible()));
      await mina.page.locator('#back').tap();
      assert.equal(await mina.page.locator('.room').isVisible(), false);
      await mina.page.locator(`.room-link[data-room="${room}"]`).tap();
      await mina.inRoom(room);
    },
  },
  ...['dark', 'light'].map((colorScheme) => ({
    name: `in ${colorScheme} mode the ground is ${colorScheme} and every text has contrast`,
    async run(stage) {
      const mina = await stage.fan('Mina', { colorScheme });
      const found = await mina.page.evaluate(contrasts, [['--text', '--ground'], ...pairs]);
      for (const { pair, ratio } of found) assert.ok(ratio >= 4.5, `${pair}: ${ratio.toFixed(2)}`);
      const [r] = await mina.page.evaluate(() => getComputedStyle(document.body).backgroundColor.match(/\d+/g).map(Number));
      assert.equal(r < 128 ? 'dark' : 'light', colorScheme);
    },
  })),
  ...Object.entries(words).map(([locale, { enter, live, hint }]) => ({
    name: `the page speaks ${locale}`,
    async run(stage) {
      const mina = await stage.fan('Mina', { locale });
      assert.equal(await mina.page.locator('html').getAttribute('lang'), locale.slice(0, 2));
      assert.equal(await mina.page.locator('#enter').textContent(), enter);
      await mina.enter();
      await mina.open(stage.freshRoom());
      assert.equal(await mina.page.locator('#status-text').textContent(), live);
      assert.ok((await mina.page.locator('#message').getAttribute('placeholder')).includes(hint));
    },
  })),
  {
    name: 'another language can be chosen at any time and is remembered',
    async run(stage) {
      const mina = await stage.fanIn(stage.freshRoom(), 'Mina', { locale: 'fr-FR' });
      await mina.say('hello');
      await mina.sees('hello');
      assert.equal(await mina.page.locator('html').getAttribute('lang'), 'en');
      await mina.page.locator('#language').selectOption('ko');
      assert.equal(await mina.page.locator('#status-text').textContent(), '연결됨');
      await mina.page.locator('#messages li.day', { hasText: '오늘' }).waitFor();
      await mina.page.reload();
      await mina.connected();
      assert.equal(await mina.page.locator('html').getAttribute('lang'), 'ko');
    },
  },
];
