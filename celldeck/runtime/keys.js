/** The keyboard, and clickers, which send PageUp and PageDown. Shift with an arrow skips fragments. */
export default function keys(deck) {
  const forward = ({ shiftKey }) => deck.next({ skip: shiftKey });
  const back = ({ shiftKey }) => deck.prev({ skip: shiftKey });

  deck.bind(["ArrowRight", "ArrowDown", "PageDown"], forward);
  deck.bind(["ArrowLeft", "ArrowUp", "PageUp"], back);
  deck.bind([" "], ({ shiftKey }) => (shiftKey ? deck.prev() : deck.next()));
  deck.bind(["Home"], () => deck.go(0));
  deck.bind(["End"], () => deck.go(deck.slides.length - 1, Infinity));

  // A letter means its key: also with caps lock on, and where the layout's letters are not Latin ones.
  const nameOf = ({ key, code }) => {
    if (key.length > 1) return key;
    if (key > "~" && code.startsWith("Key")) return code.slice(3).toLowerCase();
    return key.toLowerCase();
  };

  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.ctrlKey || event.altKey || event.metaKey || event.isComposing) return;
    const run = deck.bindings.get(nameOf(event));
    if (!run || deck.claims.key(event)) return;
    event.preventDefault();
    run(event);
  });
}
