/** The mouse wheel and the two-finger scroll of a touchpad: one slide a gesture. */
export default function wheel(deck) {
  const pause = 250; // milliseconds that part one gesture from the next
  let turned = -Infinity;
  let seen = -Infinity;
  let strength = 0;

  deck.parent.addEventListener("wheel", (event) => {
    const axes = (event.deltaX ? "X" : "") + (event.deltaY ? "Y" : "");
    // With the control key it is a pinch: the browser zooms.
    if (event.ctrlKey || deck.claims.scroll(event, axes)) return;
    event.preventDefault();
    const pixels = Math.hypot(event.deltaX, event.deltaY) * (event.deltaMode ? 40 : 1);
    // A touchpad goes on sending ever smaller moves after the fingers have left it.
    const fading = event.timeStamp - seen < pause && pixels <= strength;
    seen = event.timeStamp;
    strength = pixels;
    if (pixels < 12 || fading || event.timeStamp - turned < pause) return;
    turned = event.timeStamp;
    if (event.deltaX + event.deltaY > 0) deck.next();
    else deck.prev();
  }, { passive: false });
}
