/** Buttons at the foot of the screen: back, page number, on, full screen, overview, presenter view. `idle.js` hides them. */
export default function controls(deck) {
  if (deck.options.osc === false) return;
  const bar = document.createElement("div");
  bar.className = "bespoke-marp-osc";

  const button = (name, label, run) => {
    const element = document.createElement("button");
    element.type = "button";
    element.tabIndex = -1;
    element.title = label;
    element.textContent = label;
    element.setAttribute("data-bespoke-marp-osc", name);
    // A press must not take the focus, or the next key would go to the button instead of the deck.
    element.addEventListener("mousedown", (event) => event.preventDefault());
    element.addEventListener("click", run);
    bar.append(element);
    return element;
  };

  const prev = button("prev", "Previous slide", ({ shiftKey }) => deck.prev({ skip: shiftKey }));
  const page = document.createElement("span");
  page.setAttribute("data-bespoke-marp-osc", "page");
  bar.append(page);
  const next = button("next", "Next slide", ({ shiftKey }) => deck.next({ skip: shiftKey }));
  if (deck.fullscreen) {
    const full = button("fullscreen", "Toggle fullscreen (f)", () => deck.fullscreen());
    const tell = () => full.classList.toggle("exit", Boolean(document.fullscreenElement));
    document.addEventListener("fullscreenchange", tell);
  }

  button("overview", "Overview (o)", () => deck.overview());
  if (deck.actions.has("presenter")) button("presenter", "Presenter view (p)", () => deck.actions.get("presenter")());

  deck.on("step", ({ index, step, slide }) => {
    page.textContent = `Page ${index + 1} of ${deck.slides.length}`;
    prev.disabled = index === 0 && step === 0;
    next.disabled = index === deck.slides.length - 1 && step === deck.lastStep(slide);
  });
  deck.parent.append(bar);
}
