/**
 * The page goes where the author types, and the editor where the author clicks.
 *
 * A window follows unless it presents: in full screen, in the presenter view, or beside a presenter's window.
 * `deck.options.followEdits`, or `?follow=` in the address, is "on" or "off" to say so for good. A double click
 * on a slide tells where it stands in the text, with a link that opens it there.
 *
 * Sets `deck.followsEdits()`, which says whether it follows now.
 */
export default function edits(deck) {
  const wish = new URLSearchParams(location.search).get("follow") ?? deck.options.followEdits;
  let hasPresenter = deck.view === "presenter";
  deck.hear("presenter", () => { hasPresenter = true; });
  const present = () => { if (deck.view === "presenter") deck.send("presenter"); };
  present();
  deck.on("connected", present);
  // A window that is opened later has not heard it.
  deck.hear("hello", present);

  deck.followsEdits = () => (wish === "on" || (wish !== "off" && !hasPresenter && !document.fullscreenElement));

  deck.on("news", ({ edited }) => {
    if (!Number.isInteger(edited) || edited === deck.index || !deck.followsEdits()) return;
    deck.go(edited, Infinity, { animate: false });
  });

  // ---- where a slide stands

  const box = document.body.appendChild(document.createElement("div"));
  box.className = "celldeck-where";
  box.hidden = true;
  let timer = null;

  deck.served.on("where", ({ file, path, line }) => {
    const link = document.createElement("a");
    link.href = `vscode://file${path.startsWith("/") ? "" : "/"}${encodeURI(path)}:${line}`;
    link.textContent = `${file}:${line}`;
    link.title = "open in Visual Studio Code";
    const copy = document.createElement("button");
    copy.type = "button";
    copy.textContent = "copy";
    copy.addEventListener("click", () => navigator.clipboard?.writeText(`${file}:${line}`));
    box.replaceChildren(link, copy);
    box.hidden = false;
    clearTimeout(timer);
    timer = setTimeout(() => { box.hidden = true; }, 8000);
  });

  if (deck.view === "presenter") return;
  let from = null;
  deck.parent.addEventListener("mousedown", (event) => {
    // The first click of two goes on; the slide that was meant is the one before it.
    if (event.detail <= 1 || !from) from = { index: deck.index, step: deck.step };
  }, true);
  deck.parent.addEventListener("dblclick", (event) => {
    if (deck.tool || deck.isOverview || document.fullscreenElement || deck.claims.click(event) || !from) return;
    document.getSelection().removeAllRanges();
    deck.go(from.index, from.step, { animate: false });
    deck.served.say({ kind: "where", slide: from.index });
  });
}
