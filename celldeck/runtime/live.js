/**
 * Follow the deck while it is being written, over the WebSocket at `deck.options.live`.
 *
 * Messages are JSON objects with a `kind`. The page says first what it has: `{kind: "have", version, slides}`, the
 * keys of its slides. From then on it hears `{kind: "news", version, base, slides?, keys?, css?, title?, notes?,
 * edited?, anew?}`, what changed since build `base`: `slides` as `replaceSlides` takes them, `notes` the HTML of all
 * notes, `edited` the slide (from 0) that the author has just edited; with `anew`, the page loads anew.
 *
 * Sets `deck.served`: `on(kind, listener)` hears messages of a kind, `say(message)` sends one, `version` is the build
 * that shows. Emits "connected" and "disconnected"; after the news are in the page "news", with them and `changed`,
 * the slides that are others now.
 */
export default function live(deck) {
  const PATIENCE_MS = [100, 300, 1000, 2000];
  const listeners = new Map();
  let keys = deck.options.slideKeys ?? [];
  let socket = null;
  let tries = 0;
  let timer = null;

  deck.served = {
    version: deck.options.version,
    on: (kind, listener) => listeners.set(kind, [...(listeners.get(kind) ?? []), listener]),
    say: (message) => {
      if (socket?.readyState === WebSocket.OPEN) socket.send(JSON.stringify(message));
    },
  };
  const served = deck.served;

  const connect = () => {
    clearTimeout(timer);
    const mine = new WebSocket(new URL(deck.options.live, location.origin.replace("http", "ws")));
    socket = mine;
    mine.addEventListener("open", () => {
      tries = 0;
      served.say({ kind: "have", version: served.version, slides: keys });
      deck.emit("connected");
    });
    mine.addEventListener("message", ({ data }) => {
      const message = JSON.parse(data);
      for (const listener of listeners.get(message.kind) ?? []) listener(message);
    });
    mine.addEventListener("close", () => {
      if (socket !== mine) return;
      deck.emit("disconnected");
      timer = setTimeout(connect, PATIENCE_MS[Math.min(tries, PATIENCE_MS.length - 1)]);
      tries += 1;
    });
  };

  // A laptop that wakes has a socket that is dead and does not know it yet.
  const hurry = () => { if (document.visibilityState === "visible" && socket.readyState > WebSocket.OPEN) connect(); };
  document.addEventListener("visibilitychange", hurry);
  addEventListener("online", hurry);

  served.on("news", (news) => {
    if (news.version === served.version) return;
    const { width, height } = deck.slides[0]?.viewBox?.baseVal ?? {};
    const isOtherSize = news.size && width && (news.size[0] !== width || news.size[1] !== height);
    if (news.anew || isOtherSize) {
      location.reload();
      return;
    }
    if (news.base !== served.version) {
      // Something was missed: what is there is said again.
      socket.close();
      return;
    }
    served.version = news.version;
    keys = news.keys ?? keys;
    if (typeof news.css === "string") deck.restyle(news.css);
    const changed = news.slides ? deck.replaceSlides(news.slides) : [];
    if (news.title !== undefined) document.title = news.title;
    if (news.notes !== undefined) {
      for (const note of document.querySelectorAll(".bespoke-marp-note, .celldeck-note")) note.remove();
      document.body.insertAdjacentHTML("beforeend", news.notes);
      deck.emit("notes");
    }
    deck.emit("news", { ...news, changed });
  });

  connect();
}
