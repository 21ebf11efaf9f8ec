/**
 * The presenter's end of an audience (`--audience`): tells the server where the talk is, does what a clicker asks
 * for, and shows the audience's address as a QR code (`a`): to the room, and in the presenter view beside it
 * the clicker's.
 *
 * `deck.options.stage` is the address of a socket. Sent are `{kind: "hello", view, …place}` and `{kind: "place",
 * …place}`; told are `{kind: "audience", address, code, clicker: {address, code}}`, where a code is an SVG,
 * `{kind: "followers", number}` and `{kind: "do", action}`.
 */
export default function stage(deck) {
  if (!deck.options.stage) return;
  let socket = null;
  let audience = null;
  let number = 0;
  let isBlack = false;

  const place = () => ({
    slide: deck.index, step: deck.step, last: deck.lastStep(deck.current), black: isBlack,
    elapsed_ms: Math.round(deck.timer.elapsed()), runs: deck.timer.isRunning,
  });
  const say = (kind, more = {}) => {
    if (socket?.readyState === WebSocket.OPEN) socket.send(JSON.stringify({ kind, ...more, ...place() }));
  };
  // What is looked at while the projector is held is nobody else's.
  const tell = () => { if (!deck.isHeld && deck.current) say("place"); };

  // ---- the address, large enough to be read from the last row

  const board = document.body.appendChild(document.createElement("section"));
  board.className = "celldeck-board";
  board.setAttribute("aria-label", "Where to follow");
  board.hidden = true;
  const count = () => (number === 1 ? "1 follows" : `${number} follow`);

  const card = (title, { address, code }) => {
    const element = document.createElement("section");
    element.append(Object.assign(document.createElement("h2"), { textContent: title }));
    const picture = element.appendChild(document.createElement("div"));
    picture.className = "celldeck-code";
    picture.setAttribute("role", "img");
    picture.setAttribute("aria-label", `QR code of ${address}`);
    picture.innerHTML = code; // the server has made it
    const link = element.appendChild(document.createElement("p"));
    link.className = "celldeck-link";
    link.textContent = address.replace(/^http:\/\/|\/$/g, "");
    return element;
  };

  const showBoard = (value) => {
    board.hidden = !value || !audience;
    if (!board.hidden) board.replaceChildren(card("Follow on your phone", audience));
  };

  const project = (value) => {
    if (deck.view === "") showBoard(value);
    deck.send("board", value);
  };

  let closeDialog = null;
  const openDialog = () => {
    const content = document.createElement("div");
    content.className = "celldeck-audience";
    content.append(card("The audience follows here", audience), card("Your phone as a clicker", audience.clicker));
    const foot = content.appendChild(document.createElement("p"));
    const told = foot.appendChild(document.createElement("span"));
    told.className = "celldeck-following";
    told.textContent = count();
    foot.append(". The first code is on the projector until you close this; keep the second one to yourself.");
    const done = content.appendChild(document.createElement("button"));
    done.type = "button";
    done.textContent = "Close";
    closeDialog = deck.dialog("Audience", content);
    done.addEventListener("click", closeDialog);
    const box = content.closest("dialog");
    box.addEventListener("keydown", ({ key }) => { if (key === "a") closeDialog?.(); });
    box.addEventListener("close", () => {
      closeDialog = null;
      project(false);
    }, { once: true });
  };

  deck.action("audience", () => {
    if (!audience) return;
    if (deck.view === "presenter") {
      openDialog();
      project(true);
    } else {
      project(board.hidden);
    }
  });
  deck.hear("board", (value) => { if (deck.view === "") showBoard(value); });
  deck.on("step", ({ remote, from }) => { if (!board.hidden && !remote && from.index >= 0) project(false); });
  board.addEventListener("click", () => project(false));

  const button = deck.view === "presenter" ? deck.button(deck.panels.bar, "Audience", "audience") : null;
  const showNumber = () => {
    if (button) button.textContent = number ? `Audience · ${number}` : "Audience";
    for (const each of document.querySelectorAll(".celldeck-following")) each.textContent = count();
  };

  // ---- the socket

  const take = (message) => {
    if (message.kind === "audience") audience = message;
    if (message.kind === "followers") {
      number = message.number;
      showNumber();
    }
    if (message.kind === "do") deck.actions.get(message.action)?.();
    deck.emit("server", message);
  };

  const connect = () => {
    const url = new URL(deck.options.stage, location.href);
    url.protocol = url.protocol.replace("http", "ws");
    if (!url.protocol.startsWith("ws")) return; // the page was saved, and has no server any more
    socket = new WebSocket(url);
    socket.addEventListener("open", () => say("hello", { view: deck.view }));
    socket.addEventListener("message", ({ data }) => take(JSON.parse(data)));
    // The server comes back, or the laptop wakes up.
    socket.addEventListener("close", () => setTimeout(connect, 1000));
  };
  deck.on("ready", connect);
  deck.on("step", ({ remote, from }) => { if (!remote && from.index >= 0) tell(); });
  deck.on("released", tell);
  deck.on("timer", tell);
  deck.on("black", (value) => { isBlack = value; });
  // The window that was blacked tells it, not those that come along.
  deck.on("blackout", tell);
}
