import { randomBytes } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { Fan } from './fan.mjs';
import { Gate } from './gate.mjs';

/** What one test has to work with: a node, a browser, fans that are sent home after it. */
export class Stage {
  #browser;
  #fans = [];

  constructor(node, browser) {
    this.node = node;
    this.#browser = browser;
  }

  get browser() {
    return this.#browser;
  }

  /** A room that no other test uses. */
  freshRoom(word = 'room') {
    return `${word}-${randomBytes(4).toString('hex')}`;
  }

  /**
   * Opens the page in a fresh browser profile.
   * @param {string} name
   * @param {import('playwright-core').BrowserContextOptions & {gate?: Gate}} [options]
   */
  async fan(name, { gate, ...options } = {}) {
    const context = await this.#browser.newContext({ viewport: { width: 1_280, height: 800 }, locale: 'en-US', ...options });
    const page = await context.newPage();
    const fan = new Fan(name, context, page);
    this.#fans.push(fan);
    if (gate) await gate.install(page);
    await page.goto(this.node.url);
    return fan;
  }

  /** A fan who has come in and is in the room. */
  async fanIn(room, name, options) {
    const fan = await this.fan(name, options);
    await fan.enter();
    await fan.open(room);
    return fan;
  }

  /** Fills a room through the client module, as somebody whose rate is not limited. */
  async fill(room, texts) {
    const context = await this.#browser.newContext();
    const page = await context.newPage();
    await page.goto(`${this.node.url}/favicon.svg`);
    const token = this.node.token({ user: 'filler', name: 'Filler', role: 'admin' });
    await page.evaluate(fillRoom, { room, texts, token });
    await context.close();
  }

  /** @returns {string[]} what went wrong in the pages by themselves */
  problems() {
    return this.#fans.flatMap(({ name, problems }) => problems.map((problem) => `${name}'s page: ${problem}`));
  }

  async pictures(folder, test) {
    await mkdir(folder, { recursive: true });
    const files = [];
    for (const { name, page } of this.#fans) {
      const file = path.join(folder, `${test} ${name}`.replace(/[^\p{L}\p{N}]+/gu, '-').toLowerCase() + '.png');
      await page.screenshot({ path: file, timeout: 5_000 }).then(() => files.push(file), () => {});
    }
    return files;
  }

  async clear() {
    await Promise.all(this.#fans.map((fan) => fan.close().catch(() => {})));
  }
}

/** Runs in the page. */
async function fillRoom({ room, texts, token }) {
  const { Lightstick } = await import('/client/lightstick.js');
  const url = new URL('/v1/ws', location.href);
  url.protocol = 'ws:';
  const client = new Lightstick({ url: url.href, token: () => token, device: 'filler', limits: { pending: texts.length } });
  const joined = client.room(room);
  const entries = texts.map((text) => joined.publish(text));
  client.connect();
  await Promise.all(entries.map(({ settled }) => settled));
  const failed = entries.find(({ state }) => state !== 'confirmed');
  if (failed) throw new Error(`could not fill the room: ${failed.reason}`);
  client.close();
}
