/** A click or a tap on the slide goes on; in the left quarter of the window it goes back. */
export default function click(deck) {
  let wasSelecting = false;
  let pressed = null;

  deck.parent.addEventListener("pointerdown", (event) => {
    wasSelecting = !document.getSelection().isCollapsed;
    pressed = { x: event.clientX, y: event.clientY };
  });

  deck.parent.addEventListener("click", (event) => {
    const dragged = pressed && Math.hypot(event.clientX - pressed.x, event.clientY - pressed.y) > 5;
    // Text is selected by dragging, and let go by a click.
    if (event.button || dragged || wasSelecting || !document.getSelection().isCollapsed) return;
    if (event.ctrlKey || event.altKey || event.metaKey || deck.claims.click(event)) return;
    const skip = event.shiftKey;
    if (event.clientX < innerWidth / 4) deck.prev({ skip });
    else deck.next({ skip });
  });
}
