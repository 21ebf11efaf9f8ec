/** Windows of one talk show the same slide and step. One that is opened or loaded anew asks the others. */
export default function sync(deck) {
  const place = () => ({ index: deck.index, step: deck.step });
  // An answer may come late: one who has gone on meanwhile is not called back.
  let isAsking = false;

  // Where a window begins is no step for the others.
  deck.on("step", ({ remote, from }) => {
    if (remote || from.index < 0) return;
    isAsking = false;
    deck.project("place", place());
  });
  deck.on("released", () => deck.send("place", place()));
  deck.hear("place", ({ index, step, isAnswer }) => {
    if (isAnswer && !isAsking) return;
    isAsking = false;
    if (!deck.isHeld) deck.go(index, step, { remote: true });
  });
  deck.hear("hello", () => deck.project("place", { ...place(), isAnswer: true }));
  deck.on("ready", () => {
    isAsking = true;
    deck.send("hello");
  });
}
