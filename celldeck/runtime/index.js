/** The index of the decks follows them: whenever one changes, what the server says now takes the place of the list. */
const PATIENCE_MS = 1000;
let asked = false;

const renew = async () => {
  if (asked) return;
  asked = true;
  // Several changes in a row are one.
  await new Promise((done) => { setTimeout(done, 150); });
  asked = false;
  try {
    const html = await (await fetch("/", { cache: "no-store" })).text();
    const page = Document.parseHTMLUnsafe ? Document.parseHTMLUnsafe(html) : null;
    if (page) document.querySelector("main").replaceWith(document.adoptNode(page.querySelector("main")));
    else location.reload();
  } catch {
    // The server is away; the next connection asks again.
  }
};

const connect = (isFirst) => {
  const socket = new WebSocket(`${location.origin.replace("http", "ws")}/~decks`);
  socket.addEventListener("open", () => { if (!isFirst) renew(); });
  socket.addEventListener("message", renew);
  socket.addEventListener("close", () => setTimeout(() => connect(false), PATIENCE_MS));
};
connect(true);
