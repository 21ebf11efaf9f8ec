/**
 * What is wrong with the deck, for its author: why the newest build failed, over the last good one; and in a
 * corner a list of everything that is odd, what does not fit on its slide among it.
 *
 * Slides that change are measured, and what is found is said to the server, which names the line and a mend.
 * Nothing of it shows where somebody presents: in full screen, and in the presenter view.
 */
export default function problems(deck) {
  const { served } = deck;
  const make = (tag, className, text) => {
    const element = document.createElement(tag);
    if (className) element.className = className;
    if (text !== undefined) element.textContent = text;
    return element;
  };

  // ---- what does not fit

  const measure = async (slides) => {
    if (deck.view === "presenter" || !slides.length) return;
    const { version } = served;
    const found = await deck.measure(slides);
    if (version !== served.version) return;
    const numbers = new Map(deck.slides.map((slide, at) => [slide, at]));
    const told = slides.map((slide, at) => [numbers.get(slide), found[at]]).filter(([at]) => at !== undefined);
    served.say({ kind: "overflow", version, slides: Object.fromEntries(told) });
  };

  // All slides of a large deck would hold up the page; what is edited comes before them.
  const AT_ONCE = 6;
  let waiting = new Set();
  const idle = globalThis.requestIdleCallback ?? ((run) => setTimeout(run, 50));
  const some = async () => {
    const next = [...waiting].slice(0, AT_ONCE);
    for (const slide of next) waiting.delete(slide);
    await measure(next.filter((slide) => slide.isConnected));
    if (waiting.size) idle(some);
  };
  const all = () => {
    const isIdle = !waiting.size;
    waiting = new Set(deck.slides);
    if (isIdle) idle(some);
  };

  deck.on("connected", all);
  deck.on("style", all);
  deck.on("news", ({ changed }) => {
    if (changed.length > AT_ONCE) {
      all();
      return;
    }
    for (const slide of changed) waiting.delete(slide);
    // The author sees the change first.
    setTimeout(() => measure(changed.filter((slide) => slide.isConnected)));
  });

  // ---- how it is told

  if (deck.view === "presenter") return;
  const place = ({ file, line }) => (file ? `${file}:${line}` : "");
  const quoted = ({ excerpt, line, column, length }) => {
    const before = excerpt.slice(0, column - 1).replace(/[^\t]/g, " ");
    return `${line} | ${excerpt}\n${" ".repeat(String(line).length)} | ${before}${"^".repeat(Math.max(1, length))}`;
  };

  const curtain = document.body.appendChild(make("div", "celldeck-failure"));
  curtain.setAttribute("role", "alert");
  curtain.hidden = true;
  const corner = document.body.appendChild(make("div", "celldeck-problems"));
  corner.hidden = true;
  const button = corner.appendChild(make("button"));
  button.type = "button";
  button.setAttribute("aria-expanded", "false");
  const list = corner.appendChild(make("ol"));
  list.hidden = true;

  // A long list would take longer than the change in the page, and is seldom open.
  let shown = [];
  const fill = () => list.replaceChildren(...(list.hidden ? [] : shown.map(entry)));

  const toggle = (opens) => {
    list.hidden = !opens;
    fill();
    button.setAttribute("aria-expanded", String(opens));
  };
  button.addEventListener("click", () => toggle(list.hidden));
  corner.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    event.stopPropagation();
    toggle(false);
    button.focus();
  });

  const entry = (problem) => {
    const item = make("li");
    const go = item.appendChild(make("button", "", problem.message));
    go.type = "button";
    go.disabled = problem.slide === null;
    go.addEventListener("click", () => deck.go(problem.slide, Infinity, { animate: false }));
    item.appendChild(make("small", "", [place(problem), problem.kind].filter(Boolean).join("  ")));
    if (problem.excerpt?.trim()) item.appendChild(make("pre", "", quoted(problem)));
    if (problem.hint) item.appendChild(make("p", "", problem.hint));
    return item;
  };

  let closed = "";
  served.on("problems", ({ error, told }) => {
    curtain.hidden = !error || error === closed;
    if (error) {
      const close = make("button", "", "×");
      close.type = "button";
      close.setAttribute("aria-label", "show the last good deck");
      close.addEventListener("click", () => {
        closed = error;
        curtain.hidden = true;
      });
      curtain.replaceChildren(close, make("pre", "", error), make("p", "", "Behind this stands the last good build."));
    } else {
      closed = "";
    }
    corner.hidden = !told.length;
    button.textContent = `⚠ ${told.length}`;
    button.setAttribute("aria-label", `${told.length} warning${told.length === 1 ? "" : "s"}`);
    shown = told;
    const scrolled = list.scrollTop;
    fill();
    list.scrollTop = scrolled;
    if (!told.length) toggle(false);
  });

  const line = document.body.appendChild(make("div", "celldeck-away", "The server is not there. It is asked again and again."));
  line.hidden = true;
  let away = null;
  deck.on("disconnected", () => { away ??= setTimeout(() => { line.hidden = false; }, 1500); });
  deck.on("connected", () => {
    clearTimeout(away);
    away = null;
    line.hidden = true;
  });
}
