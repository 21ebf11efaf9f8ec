/**
 * The one dialog of a deck, which others fill: `deck.dialog(title, content)` shows an element and gives the
 * function that closes it; the focus goes back to where it was. Escape and a click beside it close it.
 */
export default function dialog(deck) {
  let open = null;

  deck.dialog = (title, content) => {
    open?.();
    const box = document.createElement("dialog");
    box.className = "celldeck-dialog";
    box.setAttribute("aria-label", title);
    box.append(content);
    document.body.append(box);
    const close = () => {
      if (open === close) open = null;
      box.close();
      box.remove();
    };
    box.addEventListener("click", (event) => { if (event.target === box) close(); });
    box.addEventListener("keydown", (event) => {
      // What is typed in it is not for the deck.
      event.stopPropagation();
      if (event.key !== "Escape") return;
      event.preventDefault();
      close();
    });
    // A phone's gesture for "back" closes it too.
    box.addEventListener("close", close, { once: true });
    open = close;
    box.showModal();
    // The first button has the focus and may stand at the end; reading begins at the top.
    box.scrollTop = 0;
    return close;
  };
}
