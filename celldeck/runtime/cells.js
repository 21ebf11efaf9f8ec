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
      const code = deck.parent.querySelector(`[data-code="${cell}"]`);
      const box = [...deck.parent.querySelectorAll(`.cell[data-cell="${cell}"]`)];
      return { code, box, slide: deck.slides.find((slide) => slide.contains(code ?? box[0] ?? null)) ?? null };
    },
  };
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
