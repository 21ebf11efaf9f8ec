/** Back to where one was before a jump: the places that were left by more than a step, the last one first. */
export default function trail(deck) {
  const places = [];
  let isReturning = false;

  deck.on("slide", ({ index, from }) => {
    if (!isReturning && from.index >= 0 && Math.abs(index - from.index) > 1) places.push(from);
  });
  deck.action("back", () => {
    const to = places.pop();
    if (!to) return;
    isReturning = true;
    deck.go(to.index, to.step, { animate: false });
    isReturning = false;
  });
}
