/** A laser pointer: a red dot that follows the mouse on every window of the talk. */
export default function laser(deck) {
  const dot = document.createElement("div");
  dot.className = "celldeck-laser";
  dot.hidden = true;
  dot.setAttribute("aria-hidden", "true");
  document.body.append(dot);
  let asked = false;
  let point = null;

  const show = (to) => {
    const at = to && deck.screenOf(to);
    dot.hidden = !at;
    if (at) dot.style.translate = `${at.x}px ${at.y}px`;
  };

  // The mouse may report a thousand times a second; windows are told once a frame.
  const tell = (to) => {
    point = to;
    if (asked) return;
    asked = true;
    requestAnimationFrame(() => {
      asked = false;
      show(point);
      deck.project("laser", point);
    });
  };

  deck.action("laser", () => deck.takeTool("laser"));
  deck.parent.addEventListener("pointermove", (event) => { if (deck.tool === "laser") tell(deck.pointOf(event)); });
  deck.parent.addEventListener("pointerleave", () => { if (deck.tool === "laser") tell(null); });
  deck.on("tool", (name) => { if (name !== "laser" && point) tell(null); });
  deck.hear("laser", show);
}
