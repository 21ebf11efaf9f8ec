/**
 * What windows of one talk say to each other. Sets
 * `deck.send(kind, data)` to all other windows; `deck.project(kind, data)` the same, but not while the projector
 * is held (see hold.js); `deck.hear(kind, listener)`; and `deck.open(view)`, which opens another window.
 *
 * The windows share a key, which stands in `?sync=` or in the history's state, so it outlives a reload. They
 * are windows of one browser and need no server: also a page from `file://` has a BroadcastChannel, and where
 * not, the opener and the opened still reach each other.
 */
export default function wire(deck) {
  const key = new URLSearchParams(location.search).get("sync") ?? history.state?.sync
    ?? Math.random().toString(36).slice(2, 12);
  const listeners = new Map();
  const seen = new Set();
  const windows = new Set(globalThis.opener ? [globalThis.opener] : []);
  let channel = null;
  deck.key = key;

  try {
    history.replaceState({ ...history.state, sync: key }, "");
  } catch {
    // A page inside another page may have no right to its own address.
  }

  const take = (message) => {
    if (message?.celldeck !== key || seen.has(message.id)) return;
    seen.add(message.id);
    for (const listener of listeners.get(message.kind) ?? []) listener(message.data);
  };

  try {
    channel = new BroadcastChannel(`celldeck ${key}`);
    channel.addEventListener("message", ({ data }) => take(data));
  } catch {
    // Not every browser gives one to every page.
  }
  addEventListener("message", ({ data, source }) => { if (windows.has(source)) take(data); });

  deck.hear = (kind, listener) => {
    if (!listeners.has(kind)) listeners.set(kind, new Set());
    listeners.get(kind).add(listener);
  };

  deck.send = (kind, data = null) => {
    const message = { celldeck: key, id: crypto.randomUUID?.() ?? String(Math.random()), kind, data };
    channel?.postMessage(message);
    for (const other of windows) {
      if (other.closed) windows.delete(other);
      // A page from a file has no origin to name; the key is what makes the message ours.
      else other.postMessage(message, location.origin === "null" || location.protocol === "file:" ? "*" : location.origin);
    }
  };

  deck.project = (kind, data = null) => { if (!deck.isHeld) deck.send(kind, data); };

  deck.open = (view) => {
    const url = new URL(location.href);
    url.searchParams.set("view", view);
    url.searchParams.set("sync", key);
    const [width, height] = [screen.availWidth, screen.availHeight].map((side) => Math.round(side * 0.85));
    const opened = open(url, `celldeck-${view}-${key}`, `width=${width},height=${height}`);
    if (opened) windows.add(opened);
    return opened;
  };
}
