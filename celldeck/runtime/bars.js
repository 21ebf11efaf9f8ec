/**
 * On each cell of the slide a mark of what its output is worth, and a bar of buttons: run, edit, and more.
 *
 * They stand over the slide, not in it, so that no theme changes them and no build takes them away. The bar shows
 * when the pointer or the focus is on its cell; the mark always does. Sets `deck.bars.rectOf(cell)`, where a cell
 * stands in the window, and `deck.bars.said(text)`, which tells something in passing.
 */
export default function bars(deck) {
  const { cells } = deck;
  const layer = document.body.appendChild(document.createElement("div"));
  layer.className = "celldeck-cells";
  const made = new Map();
  let timer = null;

  const meaning = {
    built: "built: of a run of the whole deck",
    provisional: "provisional: made by running only what had to run; a run of the whole deck will confirm it",
    verified: "verified: a run of the whole deck gave the same",
    stale: "stale: made before something above it was run again here",
    edited: "edited: changed here, or made after changes made here",
  };

  const button = (label, title, run) => {
    const one = document.createElement("button");
    one.type = "button";
    one.textContent = label;
    one.title = title;
    one.setAttribute("aria-label", title);
    one.addEventListener("click", (event) => { event.stopPropagation(); run(event); });
    return one;
  };

  // ---- what is told in passing, and of the kernel

  const banner = layer.appendChild(document.createElement("div"));
  banner.className = "celldeck-banner";
  banner.setAttribute("role", "status");
  banner.hidden = true;

  const said = (text, ...more) => {
    clearTimeout(timer);
    banner.replaceChildren(text, ...more);
    banner.hidden = !text;
    banner.classList.remove("celldeck-bad");
    if (text) timer = setTimeout(tellKernel, 6000);
  };

  const tellKernel = () => {
    clearTimeout(timer);
    const { state, told } = cells.kernel;
    const isBad = state === "dead" || !cells.isConnected;
    banner.classList.toggle("celldeck-bad", isBad);
    if (!cells.isConnected) banner.replaceChildren("The server is away; cells cannot run.");
    else if (state === "dead") {
      banner.replaceChildren(`${told[0]?.toUpperCase() ?? ""}${told.slice(1)}. `, button("Restart", "start a fresh kernel", () => cells.say({ kind: "restart" })));
    } else banner.replaceChildren(told);
    banner.hidden = !banner.textContent;
  };

  // ---- the menu

  const menu = layer.appendChild(document.createElement("div"));
  menu.className = "celldeck-menu";
  menu.hidden = true;
  menu.setAttribute("role", "menu");
  const closeMenu = () => { menu.hidden = true; };
  document.addEventListener("pointerdown", (event) => { if (!menu.contains(event.target)) closeMenu(); }, true);
  menu.addEventListener("keydown", (event) => {
    event.stopPropagation();
    const items = [...menu.children];
    const at = items.indexOf(document.activeElement);
    if (event.key === "Escape") closeMenu();
    else if (event.key === "ArrowDown") items[(at + 1) % items.length].focus();
    else if (event.key === "ArrowUp") items[(at + items.length - 1) % items.length].focus();
    else return;
    event.preventDefault();
  });

  const openMenu = (number, anchor) => {
    const cell = cells.all.get(number);
    const entries = [
      ["Run from here", "run this cell and all below it", () => cells.say({ kind: "run-from", cell: number })],
      ["Run all", "run all cells in a fresh kernel", () => cells.say({ kind: "run-all" })],
      ["Interrupt", "end what runs", () => cells.say({ kind: "interrupt" })],
      ["Restart kernel", "begin with a fresh kernel; edits stay", () => cells.say({ kind: "restart" })],
      ["Reset", "bring back code, outputs and kernel of the built deck", () => reset()],
      ["Changes …", "what was changed here, as a diff", () => deck.emit("diff", null)],
    ];
    if (cell?.isEdited) entries.push(["Keep in source …", `write this cell into the deck's file (${cell.place})`, () => deck.emit("diff", number)]);
    menu.replaceChildren(...entries.map(([label, title, run]) => {
      const one = button(label, title, () => { closeMenu(); run(); });
      one.setAttribute("role", "menuitem");
      return one;
    }));
    menu.hidden = false;
    const { right, bottom } = anchor.getBoundingClientRect();
    menu.style.left = `${Math.max(4, Math.min(right, innerWidth - 4) - menu.offsetWidth)}px`;
    menu.style.top = `${Math.max(4, Math.min(bottom + 2, innerHeight - menu.offsetHeight - 4))}px`;
    menu.firstElementChild.focus();
  };

  const reset = () => {
    deck.emit("reset");
    cells.say({ kind: "reset" });
  };

  // ---- a cell

  const make = (number) => {
    const bar = layer.appendChild(document.createElement("div"));
    bar.className = "celldeck-cell-bar";
    bar.dataset.for = String(number);
    const status = bar.appendChild(document.createElement("span"));
    status.className = "celldeck-status";
    const run = bar.appendChild(button("▶", "run this cell (Ctrl-Enter)", () => {
      if (cells.all.get(number)?.elapsed !== null) cells.say({ kind: "interrupt" });
      else deck.emit("run-cell", number);
    }));
    const edit = bar.appendChild(button("✎", "edit this cell (e)", () => deck.emit("edit-cell", number)));
    const more = bar.appendChild(button("⋯", "more", () => openMenu(number, more)));
    const mark = layer.appendChild(document.createElement("span"));
    mark.className = "celldeck-mark";
    mark.dataset.for = String(number);
    const one = { bar, status, run, edit, mark };
    made.set(number, one);
    return one;
  };

  const anchorsOf = (number) => {
    const { code, box, slide } = cells.elementsOf(number);
    if (!slide || slide !== deck.current) return null;
    const codeShown = code?.getClientRects().length ? code : null;
    const outputs = box.flatMap((one) => [...one.querySelectorAll(":scope > .cell-outputs")])
      .find((one) => one.getClientRects().length && one.childNodes.length) ?? null;
    return codeShown || outputs ? { code: codeShown, outputs } : null;
  };

  const rectOf = (number) => {
    const anchors = anchorsOf(number);
    return anchors && (anchors.code ?? anchors.outputs).getBoundingClientRect();
  };

  const timeOf = (cell) => {
    if (cell.waitsFor !== null) return `waits for cell ${cell.waitsFor}`;
    if (cell.elapsed !== null) return `${((cell.elapsed * 1000 + performance.now() - cell.heard) / 1000).toFixed(1)} s`;
    if (cell.seconds === null) return "";
    const { device } = cells.kernel;
    return `${cell.seconds < 10 ? cell.seconds.toFixed(2) : cell.seconds.toFixed(0)} s${device ? ` · ${device}` : ""}`;
  };

  // What is put in gets its height later, by whatever scales it.
  const watched = new WeakSet();
  const resized = new ResizeObserver(() => placeSoon());

  const place = () => {
    for (const [number, cell] of cells.all) {
      const anchors = anchorsOf(number);
      const one = made.get(number) ?? (anchors ? make(number) : null);
      if (!one) continue;
      one.bar.hidden = one.mark.hidden = !anchors;
      if (!anchors) continue;
      for (const element of [anchors.code, anchors.outputs]) {
        if (!element || watched.has(element)) continue;
        watched.add(element);
        resized.observe(element);
      }
      const isRunning = cell.elapsed !== null;
      const rect = (anchors.code ?? anchors.outputs).getBoundingClientRect();
      const below = (anchors.outputs ?? anchors.code).getBoundingClientRect();
      one.bar.style.right = `${innerWidth - rect.right}px`;
      one.bar.style.top = `${rect.top}px`;
      one.mark.style.right = `${innerWidth - below.right}px`;
      one.mark.style.top = `${anchors.outputs ? below.top : below.bottom}px`;
      one.status.textContent = timeOf(cell);
      one.run.textContent = isRunning ? "■" : "▶";
      one.run.title = isRunning ? "interrupt" : "run this cell (Ctrl-Enter)";
      one.edit.hidden = Boolean(cell.fixed);
      one.mark.textContent = cell.mark;
      one.mark.title = meaning[cell.mark] ?? "";
      one.mark.dataset.mark = cell.mark;
      one.mark.hidden = !cell.mark;
      one.bar.classList.toggle("celldeck-busy", isRunning || cell.waitsFor !== null);
    }
    for (const [number, one] of made) {
      if (cells.all.has(number)) continue;
      one.bar.remove();
      one.mark.remove();
      made.delete(number);
    }
  };

  let isDue = false;
  const placeSoon = () => {
    if (isDue) return;
    isDue = true;
    requestAnimationFrame(() => { isDue = false; place(); });
  };

  // The bar shows where the pointer is.
  document.addEventListener("pointermove", ({ clientX, clientY }) => {
    for (const [number, one] of made) {
      const rects = one.bar.hidden ? [] : Object.values(anchorsOf(number) ?? {}).filter(Boolean);
      const isNear = rects.some((element) => {
        const { left, right, top, bottom } = element.getBoundingClientRect();
        return clientX >= left && clientX <= right && clientY >= top - 8 && clientY <= bottom;
      });
      one.bar.classList.toggle("celldeck-near", isNear);
    }
  }, { passive: true });

  for (const event of ["cells", "outputs", "slides", "slide", "step", "style"]) deck.on(event, placeSoon);
  deck.on("slide", () => setTimeout(place, 700));
  addEventListener("resize", placeSoon);
  setInterval(() => { if ([...cells.all.values()].some((cell) => cell.elapsed !== null)) place(); }, 100);
  deck.on("kernel", () => { tellKernel(); placeSoon(); });
  deck.on("running", tellKernel);
  deck.on("refused", ({ error, hint }) => said(hint ? `${error} (${hint})` : error));
  deck.bars = { rectOf, anchorsOf, said, layer, button, place };
}
