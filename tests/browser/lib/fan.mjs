import { until } from './until.mjs';

/** A person with a browser of their own (storage included), who does what a person can do. */
export class Fan {
  #context;
  #problems = [];
  #sent = [];

  /** @param {import('playwright-core').Page} page */
  constructor(name, context, page) {
    this.name = name;
    this.#context = context;
    this.page = page;
    page.on('pageerror', (error) => this.#problems.push(error.stack ?? String(error)));
    page.on('console', (message) => {
      if (message.type() === 'error' && /Content Security Policy/i.test(message.text())) this.#problems.push(message.text());
    });
    page.on('websocket', (socket) => {
      socket.on('framesent', ({ payload }) => this.#note(payload));
    });
    page.on('dialog', (dialog) => {
      this.#problems.push(`a dialog opened: ${dialog.message()}`);
      dialog.dismiss().catch(() => {});
    });
  }

  /** What went wrong in the page by itself: exceptions, refused scripts, dialogs. */
  get problems() {
    return this.#problems;
  }

  /** The playground also sends what is no JSON; that is no frame with an op. */
  #note(payload) {
    try {
      this.#sent.push(JSON.parse(payload));
    } catch {
      this.#sent.push({ bytes: payload });
    }
  }

  /** Frames with this op that the page has sent so far. */
  sent(op) {
    return this.#sent.filter((frame) => frame.op === op);
  }

  /** Chooses the name and waits for the rooms. */
  async enter() {
    await this.page.locator('#name').fill(this.name);
    await this.page.locator('#enter').click();
    await this.connected();
  }

  /** Waits for the sign of a live connection. */
  connected(deadlineMs = 30_000) {
    return this.page.locator('#status[data-state="live"]').waitFor({ state: 'attached', timeout: deadlineMs });
  }

  /** Presses "Try now" whenever the page offers it, which it does not while it tries by itself, until it is connected. */
  async tryNow() {
    await until('the page is connected', async () => {
      await this.page.locator('#try-now').evaluate((button) => button.hidden || button.click());
      return (await this.page.locator('#status').getAttribute('data-state')) === 'live';
    });
  }

  /** Opens a room by its name and waits until it can be written to. */
  async open(room) {
    const back = this.page.locator('#back');
    if (await back.isVisible()) await back.click();
    await this.page.locator('#open-name').fill(room);
    await this.page.locator('#open-name').press('Enter');
    await this.inRoom(room);
  }

  /** Waits until the open room is this one and has its messages. */
  async inRoom(room) {
    await until(`${this.name} is in ${room}`, async () => (await this.page.locator('#room-name').textContent()) === room);
    await this.page.locator('#messages > li').first().waitFor({ state: 'attached' });
    await until(`${this.name} is joined`, () => this.page.locator('#room-people').textContent());
  }

  /** Types a message and presses Enter. */
  async say(text) {
    await this.page.locator('#message').fill(text);
    await this.page.locator('#message').press('Enter');
  }

  /** The messages of the room as they are shown, those on their way left out. */
  said() {
    return this.page.locator('#messages').evaluate((list) =>
      [...list.querySelectorAll('li.said:not([data-cid])')].map((row) => ({
        off: Number(row.dataset.off),
        text: row.querySelector('.bubble').textContent,
      })),
    );
  }

  /** Texts of the messages of the room. */
  async texts() {
    return (await this.said()).map(({ text }) => text);
  }

  /** Ours that are on their way, or failed. */
  outgoing() {
    return this.page.locator('#messages').evaluate((list) =>
      [...list.querySelectorAll('li[data-cid]')].map((row) => ({
        state: row.dataset.state,
        text: row.querySelector('.bubble').textContent,
        mark: row.querySelector('.mark')?.textContent ?? '',
      })),
    );
  }

  /** Waits until a text is shown as a message of the room. */
  async sees(text, deadlineMs) {
    await until(`${this.name} sees “${text}”`, async () => (await this.texts()).includes(text), {
      deadlineMs,
      seen: async () => [(await this.texts()).slice(-5), await this.outgoing()],
    });
  }

  close() {
    return this.#context.close();
  }
}
