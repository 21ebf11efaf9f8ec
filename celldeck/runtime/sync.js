/** Windows of one talk show the same slide and step. One that is opened or loaded anew asks the others. */
export default function sync(deck) {
  const place = () => ({ index: deck.index, step: deck.step });

  // Where a window begins is no step for the others.
  deck.on("step", ({ remote, from }) => { if (!remote && from.index >= 0) deck.project("place", place()); });
  deck.on("released", () => deck.send("place", place()));
  deck.hear("place", ({ index, step }) => {
    if (!deck.isHeld) deck.go(index, step, { remote: true });
  });
  deck.hear("hello", () => deck.project("place", place()));
  deck.on("ready", () => deck.send("hello"));
}
