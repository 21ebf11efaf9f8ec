/**
 * The notes of the slide, typeset, in the presenter view. A part that begins with `[click]` belongs to a step:
 * the one of now stands out and is scrolled to. Their size is kept.
 */
export default function notes(deck) {
  const frame = deck.panels.notes;
  frame.tabIndex = 0;
  const body = frame.appendChild(document.createElement("div"));
  body.className = "celldeck-notes-text";
  let size = deck.recall("notes-size", 1);

  const resize = (by) => {
    size = Math.min(Math.max(Math.round((size + by) * 10) / 10, 0.5), 3);
    body.style.fontSize = `${size}em`;
    deck.remember("notes-size", size);
  };

  const show = (index) => {
    const typeset = document.querySelector(`.celldeck-note[data-index="${index}"]`);
    body.innerHTML = typeset?.innerHTML ?? "";
    if (!typeset) body.append(Object.assign(document.createElement("p"), { className: "celldeck-empty", textContent: "No notes for this slide." }));
    frame.scrollTop = 0;
  };

  const follow = (step) => {
    const parts = [...body.querySelectorAll(":scope > [data-step]")];
    const reached = parts.filter((part) => Number(part.dataset.step) <= step).at(-1);
    for (const part of parts) part.toggleAttribute("data-now", part === reached);
    if (reached && step) {
      // Only this panel scrolls, not the window.
      frame.scrollTo({ top: reached.offsetTop - frame.clientHeight / 4, behavior: "instant" });
    }
  };

  let shown = -1;
  deck.on("step", ({ index, step }) => {
    if (index !== shown) show(index);
    shown = index;
    follow(step);
  });
  deck.on("slides", () => { shown = -1; });
  deck.on("notes", () => {
    show(deck.index);
    follow(deck.step);
  });

  deck.action("larger-notes", () => resize(0.1));
  deck.action("smaller-notes", () => resize(-0.1));
  deck.action("scroll-notes", () => { frame.scrollTop += frame.clientHeight * 0.7; });
  deck.action("scroll-notes-back", () => { frame.scrollTop -= frame.clientHeight * 0.7; });
  const buttons = frame.insertBefore(document.createElement("div"), body);
  buttons.className = "celldeck-notes-size";
  deck.button(buttons, "Smaller notes", "smaller-notes", "A−");
  deck.button(buttons, "Larger notes", "larger-notes", "A+");
  resize(0);
}
