/**
 * Stands between a page and the node's WebSocket: cuts the connection, keeps it away, answers in the
 * node's place.
 */
export class Gate {
  #routes = new Set();
  #shut = false;
  #answer = () => undefined;

  /** To be called before the page is opened. */
  async install(page) {
    await page.routeWebSocket(/\/v1\/ws$/, (route) => {
      if (this.#shut) return void route.close({ code: 4101, reason: 'cut by the test' });
      const server = route.connectToServer();
      this.#routes.add(route);
      route.onMessage((text) => {
        const answer = this.#answer(JSON.parse(text));
        if (answer) route.send(JSON.stringify(answer));
        else server.send(text);
      });
    });
  }

  /** Cuts the connection and refuses others until `open`. */
  cut() {
    this.#shut = true;
    for (const route of this.#routes) route.close({ code: 4101, reason: 'cut by the test' });
    this.#routes.clear();
  }

  open() {
    this.#shut = false;
  }

  /** @param {(frame: object) => object|undefined} answer for a frame that the node shall not see */
  answerInstead(answer) {
    this.#answer = answer;
  }
}
