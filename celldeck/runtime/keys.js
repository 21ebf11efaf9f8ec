/**
 * The keyboard, and clickers, which send PageUp and PageDown, `b` or `.`, F5 and Escape.
 *
 * `deck.options.keys` has the table of actions and their keys; modules say what an action does by
 * `deck.action(name, run)`.
 */
export default function keys(deck) {
  const actionOf = new Map();
  for (const { name, keys } of deck.options.keys ?? []) for (const key of keys) actionOf.set(key, name);

  deck.action("next", () => deck.next());
  deck.action("previous", () => deck.prev());
  deck.action("next-slide", () => deck.next({ skip: true }));
  deck.action("previous-slide", () => deck.prev({ skip: true }));
  deck.action("first", () => deck.go(0));
  deck.action("last", () => deck.go(deck.slides.length - 1, Infinity));

  // A letter means its key: also with caps lock on, and where the layout's letters are not Latin ones.
  const nameOf = ({ key, code }) => {
    if (key === " ") return "Space";
    if (key.length > 1) return key;
    return key > "~" && code.startsWith("Key") ? code.slice(3).toLowerCase() : key.toLowerCase();
  };

  const runOf = (event) => {
    const name = nameOf(event);
    const shifted = `Shift+${name.length === 1 ? name.toUpperCase() : name}`;
    // Signs such as `?` are typed with Shift on many layouts; letters and arrows with it are keys of their own,
    // or, if nothing is bound to them, what they are without.
    const action = (event.shiftKey && actionOf.get(shifted)) || actionOf.get(name);
    return deck.actions.get(action);
  };

  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.ctrlKey || event.altKey || event.metaKey || event.isComposing) return;
    const run = runOf(event);
    if (!run || deck.claims.key(event)) return;
    event.preventDefault();
    run(event);
  });
}
