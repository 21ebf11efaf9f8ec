/** The two borders between the panels of the presenter view, dragged or moved with the arrows, and remembered. */
export default function split(deck) {
  const borders = {
    column: { label: "Width of the slide", orientation: "vertical", first: 62, of: (event) => event.clientX / innerWidth },
    row: { label: "Height of the preview", orientation: "horizontal", first: 38, of: (event) => event.clientY / innerHeight },
  };

  for (const [name, { label, orientation, first, of }] of Object.entries(borders)) {
    const bar = deck.panels.next.appendChild(document.createElement("div"));
    bar.className = `celldeck-split celldeck-split-${name}`;
    bar.tabIndex = 0;
    bar.setAttribute("role", "separator");
    bar.setAttribute("aria-label", label);
    bar.setAttribute("aria-orientation", orientation);
    bar.setAttribute("aria-valuemin", "15");
    bar.setAttribute("aria-valuemax", "85");

    const put = (percent) => {
      const value = Math.min(Math.max(percent, 15), 85);
      document.body.style.setProperty(`--celldeck-${name}`, `${value}%`);
      bar.setAttribute("aria-valuenow", Math.round(value));
      return value;
    };
    let value = put(deck.recall(`split-${name}`, first));

    bar.addEventListener("pointerdown", (event) => {
      bar.setPointerCapture(event.pointerId);
      event.preventDefault();
    });
    bar.addEventListener("pointermove", (event) => {
      if (bar.hasPointerCapture(event.pointerId)) value = put(100 * of(event));
    });
    bar.addEventListener("pointerup", () => deck.remember(`split-${name}`, value));
    bar.addEventListener("keydown", (event) => {
      const by = { ArrowLeft: -2, ArrowUp: -2, ArrowRight: 2, ArrowDown: 2 }[event.key];
      if (!by) return;
      event.preventDefault();
      event.stopPropagation();
      value = put(value + by);
      deck.remember(`split-${name}`, value);
    });
    bar.addEventListener("dblclick", () => { value = put(first); deck.remember(`split-${name}`, value); });
  }
}
