#!/usr/bin/env node
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { launchBrowser } from './lib/browser.mjs';
import { Node } from './lib/node.mjs';
import { until } from './lib/until.mjs';

const here = path.dirname(fileURLToPath(import.meta.url));
const picture = path.resolve(here, '../../docs/images/page.png');

const help = `Takes the picture of the page for the README: a real node, a room, people of four languages.

  node tests/browser/screenshot.mjs [--help]

Writes docs/images/page.png. Environment: LIGHTSTICK_BINARY, LIGHTSTICK_CHROMIUM, as for run.mjs.
Wants fonts for Korean, Japanese and emoji: fonts-noto-cjk, fonts-noto-color-emoji, fonts-inter.
Takes about 20 seconds.`;

const people = {
  harin: { user: 'harin', name: 'HARIN', role: 'artist' },
  mina: { user: 'mina', name: 'Mina', role: 'fan' },
  junho: { user: 'junho', name: '준호', role: 'fan' },
  yui: { user: 'yui', name: 'ゆい', role: 'fan' },
  lucia: { user: 'lucia-3', name: 'Lucía', role: 'fan' },
  sam: { user: 'sam-7', name: 'Sam', role: 'moderator' },
  noa: { user: 'noa-1', name: 'Noa', role: 'fan' },
};

const lines = [
  ['sam', 'Doors are open, everyone. Sticks to purple for the first song.'],
  ['yui', 'やっと始まる！ドキドキする〜'],
  ['lucia', '¡Desde Lima con todo el corazón! 🇵🇪'],
  ['harin', '리허설 끝! 5분 뒤에 만나요 💜'],
  ['junho', '와 하린 등장!!'],
  ['junho', '응원봉 켰어요, 불빛 보이죠?'],
  ['mina', 'We see you! The whole hall is glowing ✨'],
  ['yui', '東京からも光ってるよ 🌙'],
];

const elsewhere = [
  ['fan art', 'noa', 'My drawing of the encore is done, finally'],
  ['fan art', 'yui', 'すごい！天才では？'],
  ['translations', 'sam', '“See you in five minutes” ☺'],
];

async function main() {
  if (process.argv.includes('--help')) return void console.log(help);
  const node = new Node(path.resolve(here, '../..', process.env.LIGHTSTICK_BINARY ?? 'build/release/lightstick'));
  let browser;
  try {
    await node.start();
    browser = await launchBrowser();
    const crowd = await gather(node, browser);
    for (const [who, text] of lines) await crowd.say('aurora', who, text);
    const desktop = await visit(node, browser, people.mina, { viewport: { width: 1_240, height: 800 }, deviceScaleFactor: 1.5, colorScheme: 'dark', locale: 'en-US' });
    const phone = await visit(node, browser, people.junho, { viewport: { width: 375, height: 760 }, deviceScaleFactor: 1.5, colorScheme: 'light', locale: 'ko-KR', isMobile: true, hasTouch: true });
    for (const [room, who, text] of elsewhere) await crowd.say(room, who, text);
    await settled(desktop);
    await settled(phone);
    await compose(browser, await desktop.screenshot(), await phone.screenshot());
    console.log(picture);
  } finally {
    await browser?.close();
    await node.remove();
  }
}

/** Everyone is connected, so that the page can show who is here. */
async function gather(node, browser) {
  const page = await (await browser.newContext()).newPage();
  await page.goto(`${node.url}/favicon.svg`);
  const tokens = Object.fromEntries(Object.entries(people).map(([key, person]) => [key, node.token(person)]));
  await page.evaluate(async (all) => {
    const { Lightstick } = await import('/client/lightstick.js');
    window.crowd = {};
    for (const [key, token] of Object.entries(all)) {
      const client = new Lightstick({ url: `ws://${location.host}/v1/ws`, token: () => token, device: `crowd-${key}` });
      client.room('aurora');
      client.connect();
      window.crowd[key] = client;
    }
  }, tokens);
  return {
    say: (room, who, text) =>
      page.evaluate(async ([name, key, words]) => {
        const { state, reason } = await window.crowd[key].room(name).publish(words).settled;
        if (state !== 'confirmed') throw new Error(reason);
      }, [room, who, text]),
  };
}

async function visit(node, browser, person, options) {
  const context = await browser.newContext(options);
  await context.addInitScript((token) => localStorage.setItem('lightstick.token', token), node.token(person));
  const page = await context.newPage();
  for (const room of person === people.mina ? ['translations', 'fan art', 'aurora'] : ['aurora']) {
    await page.goto(`${node.url}/#/${encodeURIComponent(room)}`);
    await until('in the room', async () => (await page.locator('#room-people').textContent()) !== '');
  }
  return page;
}

async function settled(page) {
  await until('the last line is there', async () => (await page.locator('#messages li.said').count()) === lines.length);
  await until('everyone is listed', async () => (await page.locator('#people-list li').count()) === Object.keys(people).length);
  await page.evaluate(() => document.fonts.ready);
  await page.evaluate(() => document.activeElement.blur());
}

/** Both pictures side by side, the phone in front. */
async function compose(browser, desktop, phone) {
  const page = await browser.newPage({ viewport: { width: 1_560, height: 940 }, deviceScaleFactor: 1.25 });
  const source = (png) => `data:image/png;base64,${png.toString('base64')}`;
  await page.setContent(`
    <style>
      html { background: #1a1038; } body { margin: 0; height: calc(100vh + 4px); overflow: hidden; background: radial-gradient(900px 600px at 15% 0, #5b2fc9, transparent), radial-gradient(800px 700px at 100% 100%, #c2338f, transparent), #1a1038; }
      img { position: absolute; box-shadow: 0 30px 80px rgb(5 0 20 / 55%); }
      #desktop { left: 52px; top: 56px; width: 1180px; border-radius: 18px; }
      #phone { right: 44px; bottom: 44px; width: 330px; border-radius: 34px; outline: 9px solid #120b26; }
    </style>
    <img id="desktop" src="${source(desktop)}"><img id="phone" src="${source(phone)}">`);
  await page.locator('#phone').evaluate((image) => image.decode());
  await mkdir(path.dirname(picture), { recursive: true });
  await page.screenshot({ path: picture });
}

main().catch((error) => {
  console.error(error.message);
  process.exitCode = 1;
});
