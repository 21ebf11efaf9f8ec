/**
 * All slides at once, in a grid: click one or move with the arrows and press Enter. The slides themselves move
 * into the grid, so it is there at once; those out of sight are not drawn.
 *
 * Sets `deck.overview(open)`; `deck.isOverview` says whether it shows.
 */
export default function overview(deck) {
  const list = document.createElement("div");
  list.className = "celldeck-grid";
  list.setAttribute("role", "group");
  list.setAttribute("aria-label", "Overview: all slides");
  let buttons = [];
  let columns = 1;
  let shape = 16 / 9; // width by height of the first slide, which all others share
  let focusBefore = null;
  deck.isOverview = false;

  const titleOf = (slide) => slide.querySelector(":is(h1, h2, h3, h4, h5, h6)")?.textContent.trim() ?? "";

  const arrange = () => {
    columns = Math.max(2, Math.min(6, Math.floor(innerWidth / 280)));
    deck.parent.style.setProperty("--celldeck-columns", columns);
    // 16 pixels around and between, as stage.css has it.
    const width = (deck.parent.clientWidth - 16 * (columns + 1)) / columns;
    deck.parent.style.setProperty("--celldeck-thumb", `${width / shape}px`);
    deck.slides.forEach((slide, at) => {
      const area = `${Math.floor(at / columns) + 1} / ${(at % columns) + 1}`;
      slide.style.gridArea = area;
      buttons[at].style.gridArea = area;
    });
  };

  const labelOf = (slide, at) => `Slide ${at + 1}: ${titleOf(slide)}`;

  const make = () => {
    if (buttons.length === deck.slides.length) return;
    buttons = deck.slides.map((slide, at) => {
      const button = document.createElement("button");
      button.type = "button";
      button.tabIndex = -1;
      button.setAttribute("aria-label", labelOf(slide, at));
      const number = document.createElement("span");
      number.textContent = at + 1;
      button.append(number);
      return button;
    });
    list.replaceChildren(...buttons);
  };

  const build = () => {
    make();
    // Only what changes is touched: in a deck of 400 slides the rest would cost as much as the drawing.
    list.querySelector("[aria-current]")?.removeAttribute("aria-current");
    buttons[deck.index]?.setAttribute("aria-current", "true");
    const box = deck.slides[0].viewBox?.baseVal;
    if (box?.width) shape = box.width / box.height;
    for (const slide of deck.slides) {
      for (const section of slide.querySelectorAll("section")) section.inert = true;
    }
    arrange();
  };

  const choose = (at) => {
    close();
    deck.go(at, Infinity, { animate: false });
  };

  const close = () => {
    if (!deck.isOverview) return;
    deck.isOverview = false;
    document.body.classList.remove("celldeck-overview");
    list.remove();
    for (const slide of deck.slides) {
      slide.style.removeProperty("grid-area");
      for (const section of slide.querySelectorAll("section")) section.inert = false;
    }
    deck.parent.scrollTop = 0;
    focusBefore?.focus?.({ preventScroll: true });
    deck.emit("overview", false);
  };

  const show = () => {
    if (!deck.slides.length) return;
    focusBefore = document.activeElement;
    deck.isOverview = true;
    document.body.classList.add("celldeck-overview");
    build();
    deck.parent.append(list);
    focus(Math.max(deck.index, 0), "center");
    deck.emit("overview", true);
  };

  const focus = (at, block = "nearest") => {
    const to = Math.min(Math.max(at, 0), buttons.length - 1);
    for (const button of list.querySelectorAll('[tabindex="0"]')) button.tabIndex = -1;
    buttons[to].tabIndex = 0;
    buttons[to].focus({ preventScroll: true });
    buttons[to].scrollIntoView({ block });
  };

  deck.overview = (open = !deck.isOverview) => (open ? show() : close());
  deck.action("overview", () => deck.overview());
  // Made in a quiet moment, the list is there when it is asked for.
  const prepare = () => {
    buttons = [];
    (globalThis.requestIdleCallback ?? setTimeout)(make);
  };
  prepare();
  let slides = deck.slides;
  deck.on("slides", ({ changed }) => {
    const wasOpen = deck.isOverview;
    close();
    const isSame = slides.length === deck.slides.length
      && deck.slides.every((slide, at) => slide === slides[at] || changed.includes(slide));
    slides = deck.slides;
    if (isSame && buttons.length) {
      for (const slide of changed) {
        const at = slides.indexOf(slide);
        buttons[at].setAttribute("aria-label", labelOf(slide, at));
      }
    } else prepare();
    if (wasOpen) show();
  });

  list.addEventListener("click", (event) => {
    const at = buttons.indexOf(event.target.closest("button"));
    event.stopPropagation();
    if (at >= 0) choose(at);
  });

  list.addEventListener("keydown", (event) => {
    const at = buttons.indexOf(document.activeElement);
    const rows = Math.max(1, Math.floor(innerHeight / (buttons[0].offsetHeight || innerHeight)));
    const moves = {
      ArrowRight: 1, ArrowLeft: -1, ArrowDown: columns, ArrowUp: -columns,
      PageDown: rows * columns, PageUp: -rows * columns, Home: -Infinity, End: Infinity,
    };
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    if (event.key in moves) focus(at + moves[event.key]);
    else if (event.key === "Escape" || event.key === "o") close();
    else if (event.key === "Enter" || event.key === " ") choose(at);
    else return;
    event.preventDefault();
    event.stopPropagation();
  });

  addEventListener("resize", () => { if (deck.isOverview) arrange(); });
}
