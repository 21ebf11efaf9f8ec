/**
 * The cells of the deck, as the server knows them, over the WebSocket at `deck.options.run`.
 *
 * Sets `deck.cells`: `all` maps the number of a cell (from 0) to what `state.py` tells of it, `kernel` is the
 * kernel's state; `say(message)` asks for something, `ask(message)` promises the reply. `elementsOf(cell)` finds
 * where a cell stands on the slides: `{code, box, outputs}`. Emits "cells" after news, with the numbers of the
 * cells that are others now, and "kernel".
 */
export default function cells(deck) {
  const PATIENCE_MS = [100, 300, 1000, 2000];
  const REPLY_MS = 20000;
  const waiting = new Map();
  let socket = null;
  let tries = 0;
  let count = 0;

  const self = {
    all: new Map(),
    kernel: { state: "none", told: "", device: "", question: null },
    isConnected: false,

    say(message) {
      if (socket?.readyState === WebSocket.OPEN) socket.send(JSON.stringify(message));
      return socket?.readyState === WebSocket.OPEN;
    },

    ask(message) {
      const id = ++count;
      return new Promise((resolve) => {
        waiting.set(id, resolve);
        setTimeout(() => { if (waiting.delete(id)) resolve({ error: "the server does not answer" }); }, REPLY_MS);
        if (!self.say({ ...message, id })) { waiting.delete(id); resolve({ error: "the server is away" }); }
      });
    },

    elementsOf(cell) {
      places ??= find();
      return places.get(cell) ?? { code: null, box: [], slide: null };
    },

    /** Elements of cells have come or gone. */
    lookAnew() { places = null; },
  };
  let places = null;

  // One look at the deck for all cells: each step of the talk asks for all of them.
  const find = () => {
    const found = new Map();
    for (const slide of deck.slides) {
      for (const element of slide.querySelectorAll("[data-code], .cell[data-cell]")) {
        const number = Number(element.dataset.code ?? element.dataset.cell);
        if (!found.has(number)) found.set(number, { code: null, box: [], slide });
        if (element.dataset.code === undefined) found.get(number).box.push(element);
        else found.get(number).code ??= element;
      }
    }
    return found;
  };
  deck.on("slides", self.lookAnew);
  deck.cells = self;

  const take = (news) => {
    if (news.anew) self.all.clear();
    const changed = [];
    for (const { outputs, ...told } of news.cells ?? []) {
      const before = self.all.get(told.cell);
      const cell = { ...told, parts: before?.parts ?? null, heard: performance.now() };
      if (outputs === null) cell.parts = null;
      else if (outputs) {
        cell.parts = (cell.parts ?? []).slice(0, outputs.count);
        for (const [at, html] of outputs.parts) cell.parts[at] = html;
      }
      self.all.set(told.cell, cell);
      changed.push(told.cell);
    }
    if (news.kernel) {
      self.kernel = news.kernel;
      deck.emit("kernel", news.kernel);
    }
    if (changed.length) deck.emit("cells", changed);
  };

  const connect = () => {
    const mine = new WebSocket(new URL(deck.options.run, location.origin.replace("http", "ws")));
    socket = mine;
    mine.addEventListener("open", () => { tries = 0; self.isConnected = true; deck.emit("running", true); });
    mine.addEventListener("message", ({ data }) => {
      const message = JSON.parse(data);
      if (message.kind === "cells") take(message);
      else if (message.kind === "reply") {
        if (message.id === null && message.error) deck.emit("refused", message);
        waiting.get(message.id)?.(message);
        waiting.delete(message.id);
      }
    });
    mine.addEventListener("close", () => {
      self.isConnected = false;
      deck.emit("running", false);
      for (const resolve of waiting.values()) resolve({ error: "the server is away" });
      waiting.clear();
      setTimeout(connect, PATIENCE_MS[Math.min(tries, PATIENCE_MS.length - 1)]);
      tries += 1;
    });
  };
  connect();
}
