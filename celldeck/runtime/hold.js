/**
 * Hold the projector: it keeps what it shows while the presenter looks at other slides; letting go brings it
 * to where the presenter is. Sets `deck.isHeld`; "held" and "released" are told.
 */
export default function hold(deck) {
  deck.isHeld = false;
  deck.action("hold", () => {
    deck.isHeld = !deck.isHeld;
    document.body.classList.toggle("celldeck-held", deck.isHeld);
    deck.emit(deck.isHeld ? "held" : "released");
  });
}
