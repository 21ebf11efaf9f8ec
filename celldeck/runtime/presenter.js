/**
 * The presenter view: the slide, what comes next, the notes, clock and timer, in a second window.
 *
 * In the first window it gives `p` a meaning. In its own it lays out the panels, which the modules after it
 * fill: `deck.panels` has them by name.
 */
export default function presenter(deck) {
  if (deck.view !== "presenter") {
    deck.action("presenter", () => deck.open("presenter"));
    return;
  }

  const panel = (tag, name, label) => {
    const element = document.createElement(tag);
    element.className = `celldeck-panel celldeck-${name}`;
    if (label) element.setAttribute("aria-label", label);
    document.body.append(element);
    return element;
  };

  deck.panels = {
    bar: panel("header", "bar", "Talk"),
    next: panel("section", "next", "Next step"),
    notes: panel("section", "notes", "Notes"),
    run: panel("section", "run", "Running cell"),
    buttons: panel("nav", "buttons", "Controls"),
  };

  deck.button = (parent, label, action, text = label) => {
    const button = parent.appendChild(document.createElement("button"));
    button.type = "button";
    button.textContent = text;
    if (text !== label) button.setAttribute("aria-label", label);
    const keys = (deck.options.keys ?? []).find(({ name }) => name === action)?.keys ?? [];
    button.title = keys.length ? `${label} (${keys[0]})` : label;
    button.dataset.action = action;
    // A press leaves the focus where it was, or the next key would go to the button instead of the deck.
    button.addEventListener("mousedown", (event) => event.preventDefault());
    button.addEventListener("click", (event) => deck.actions.get(event.shiftKey && action === "next" ? "next-slide" : action)?.(event));
    return button;
  };

  const { buttons } = deck.panels;
  const back = deck.button(buttons, "Previous step", "previous", "◀");
  const page = deck.button(buttons, "Overview", "overview", "");
  const on = deck.button(buttons, "Next step", "next", "▶");
  const states = {
    black: deck.button(buttons, "Black", "blackout"),
    held: deck.button(buttons, "Hold", "hold"),
    laser: deck.button(buttons, "Laser", "laser"),
    pen: deck.button(buttons, "Pen", "pen"),
  };
  deck.button(buttons, "Undo", "undo");
  deck.button(buttons, "Zoom", "zoom");
  deck.button(buttons, "Search", "search");
  deck.button(buttons, "Keys", "help", "?");

  const press = (name, value) => states[name].setAttribute("aria-pressed", String(Boolean(value)));
  for (const name of Object.keys(states)) press(name, false);
  deck.on("black", (value) => press("black", value));
  deck.on("held", () => press("held", true));
  deck.on("released", () => press("held", false));
  deck.on("tool", (tool) => {
    press("laser", tool === "laser");
    press("pen", tool === "pen");
  });

  deck.on("step", ({ index, step, slide }) => {
    const last = deck.lastStep(slide);
    page.textContent = `${index + 1} / ${deck.slides.length}${last ? ` · step ${step} of ${last}` : ""}`;
    page.setAttribute("aria-label", `Page ${page.textContent}: overview`);
    back.disabled = index === 0 && step === 0;
    on.disabled = index === deck.slides.length - 1 && step === last;
  });
  document.title = `${document.title} – presenter`;
}
