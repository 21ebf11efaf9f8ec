/** Zoom into the spot under the pointer (`z`, or a click with Alt), and back; another slide ends it. */
export default function zoom(deck) {
  const factor = 2.5;
  let spot = null;

  const show = (to) => {
    spot = to;
    document.body.classList.toggle("celldeck-zoomed", Boolean(spot));
    const slide = deck.current;
    for (const each of deck.slides) if (each !== slide || !spot) each.style.removeProperty("transform");
    if (!slide || !spot) return;
    slide.style.removeProperty("transform");
    const at = deck.screenOf(spot);
    const box = slide.getBoundingClientRect();
    const [x, y] = [at.x - box.left, at.y - box.top];
    slide.style.transformOrigin = `${x}px ${y}px`;
    // The spot comes to the middle as far as the slide's edges allow.
    const shift = (value, side) => Math.min(Math.max(side / 2 - value, -(factor - 1) * (side - value)), (factor - 1) * value);
    slide.style.transform = `translate(${shift(x, box.width)}px, ${shift(y, box.height)}px) scale(${factor})`;
  };

  const tell = (to) => {
    show(to);
    deck.project("zoom", to);
  };

  const middle = () => {
    const box = deck.current?.viewBox?.baseVal;
    return box && { x: box.x + box.width / 2, y: box.y + box.height / 2 };
  };

  deck.action("zoom", () => tell(spot ? null : deck.lastPoint() ?? middle()));
  deck.parent.addEventListener("click", (event) => {
    if (!event.altKey || event.button) return;
    event.preventDefault();
    tell(spot ? null : deck.pointOf(event));
  });
  deck.on("slide", () => { if (spot) show(null); });
  deck.hear("zoom", (to) => { if (!deck.isHeld) show(to); });
}
