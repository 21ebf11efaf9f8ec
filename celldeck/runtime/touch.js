/** Swipes of one finger: to the left or up for the next step, to the right or down for the one before. */
export default function touch(deck) {
  const shortest = 30; // pixels
  let start = null;

  const isZoomed = () => (globalThis.visualViewport?.scale ?? 1) > 1.01;

  deck.parent.addEventListener("touchstart", (event) => {
    const [finger] = event.touches;
    start = event.touches.length === 1 && !isZoomed() && !deck.claims.scroll(event, "XY")
      ? { x: finger.pageX, y: finger.pageY }
      : null;
  }, { passive: true });

  deck.parent.addEventListener("touchmove", (event) => {
    if (event.touches.length > 1) start = null;
    if (start && event.cancelable) event.preventDefault();
  }, { passive: false });

  deck.parent.addEventListener("touchend", (event) => {
    const [finger] = event.changedTouches;
    if (!start || event.touches.length) return;
    const [x, y] = [finger.pageX - start.x, finger.pageY - start.y];
    start = null;
    if (Math.hypot(x, y) < shortest) return;
    // The line between the two directions runs 40 degrees off the upright, as in Marp: a thumb's arc
    // towards the lower left still counts as one to the left.
    if (x * Math.cos(0.7) + y * Math.sin(0.7) < 0) deck.next();
    else deck.prev();
  }, { passive: true });

  deck.parent.addEventListener("touchcancel", () => { start = null; }, { passive: true });
}
